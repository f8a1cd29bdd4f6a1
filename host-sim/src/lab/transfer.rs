//! A download through the lab, and what came of it.

use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use sha1::{Digest, Sha1};

use super::download::{Client, PORT, Server};
use super::host::Host;
use super::network::Network;
use super::plan;
use super::provider::Provider;

/// How long the handshake may take.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long to wait for the next byte: the server has tried at least three times by then.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long the network runs before the deadline is looked at again.
const ROUND: Duration = Duration::from_millis(500);
/// How long both hosts may take to close the connection.
const PARTING: Duration = Duration::from_millis(200);
/// The slowest download that is waited for.
const SLOWEST_BYTES_PER_SECOND: u64 = 10_000;

/// What came of a download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transfer {
    /// How it ended.
    pub end: End,
    /// The MSS that the client offered, in bytes of TCP payload.
    pub mss_offered: Option<u16>,
    /// The MSS that the server saw.
    pub mss_arrived: Option<u16>,
    /// The MSS that the server offered.
    pub mss_returned: Option<u16>,
    /// The MSS that the client saw.
    pub mss_returned_arrived: Option<u16>,
    /// How much of the file arrived.
    pub file_bytes: usize,
    /// From the client's SYN to the last byte that came.
    pub took_ms: u128,
    /// How long nothing had come when it was given up.
    pub silent_ms: u128,
    /// SHA-1 of what arrived of the file, if it all did.
    pub sha1: Option<String>,
    /// The longest packet that reached the client, in bytes from the IP header on.
    pub longest_packet_len: usize,
    /// Frames that found a queue full; TCP sends them again.
    pub lost_frames: u64,
}

/// How a download ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The file arrived as it was sent.
    Finished,
    /// The whole file arrived, but not as it was sent.
    Damaged,
    /// Nothing came any more.
    Hung,
    /// Not even a connection.
    NoConnection,
}

impl Transfer {
    /// Downloads `file` through `network`.
    pub(crate) fn make<P: Provider>(
        network: &mut Network<P>,
        file: &[u8],
        from_port: u16,
    ) -> Result<Self, String> {
        Self::interrupted(network, file, from_port, PATIENCE, |_| Ok(()))
    }

    /// The same, with something that happens when half of it is there, and then `patience`.
    pub(crate) fn interrupted<P: Provider>(
        network: &mut Network<P>,
        file: &[u8],
        from_port: u16,
        patience: Duration,
        at_half: impl FnOnce(&mut P) -> Result<(), String>,
    ) -> Result<Self, String> {
        let began = network.now();
        // What is left of the last one is of no interest.
        network.forget_syns();
        network.server.connection().abort();
        network.client.connection().abort();
        network.server.listen(PORT)?;
        network.client.connect(plan::SERVER, PORT, from_port)?;
        let mut server = Server::new(file.to_vec());
        let client = RefCell::new(Client::default());
        let slowest = Duration::from_secs(file.len() as u64 / SLOWEST_BYTES_PER_SECOND);
        let not_after = began + CONNECTING + patience + slowest;
        let mut at_half = Some(at_half);
        let mut work = |client_host: &mut Host, server_host: &mut Host, now: Duration| {
            client.borrow_mut().work(client_host.connection(), now);
            server.work(server_host.connection());
        };
        loop {
            // In short rounds, because every byte that comes moves the deadline.
            let until = network.now() + ROUND;
            let awaited = match at_half {
                Some(_) => file.len() / 2,
                None => file.len(),
            };
            let came = network.run(until, &mut work, |_| {
                let client = client.borrow();
                client.file().is_some_and(|came| came.len() >= awaited)
            })?;
            if came && let Some(happens) = at_half.take() {
                happens(&mut network.provider)?;
            } else if came {
                // What is still under way arrives, so that captures of two wires hold the same.
                network.run(network.now() + PARTING, &mut work, |_| false)?;
                break;
            }
            let client = client.borrow();
            let patience_now = if client.is_connected() {
                patience
            } else {
                CONNECTING
            };
            let give_up_at = client.heard_at().max(began) + patience_now;
            if network.now() >= give_up_at.min(not_after) {
                break;
            }
        }
        Ok(Self::of(network, &client.into_inner(), file, began))
    }

    fn of<P: Provider>(
        network: &Network<P>,
        client: &Client,
        file: &[u8],
        began: Duration,
    ) -> Self {
        let came = client.file().unwrap_or_default();
        let end = if came.len() >= file.len() {
            if came == file {
                End::Finished
            } else {
                End::Damaged
            }
        } else if client.is_connected() {
            End::Hung
        } else {
            End::NoConnection
        };
        let heard_at = client.heard_at().max(began);
        Self {
            end,
            mss_offered: network.lan().seen_inward().mss,
            mss_arrived: network.beyond().seen_outward().mss,
            mss_returned: network.beyond().seen_inward().mss,
            mss_returned_arrived: network.lan().seen_outward().mss,
            file_bytes: came.len(),
            took_ms: (heard_at - began).as_millis(),
            silent_ms: network.now().saturating_sub(heard_at).as_millis(),
            sha1: (came.len() == file.len()).then(|| hexadecimal(&Sha1::digest(came))),
            longest_packet_len: network.lan().seen_outward().longest_packet_len,
            lost_frames: network.lost_frames(),
        }
    }
}

impl fmt::Display for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mss = |mss: Option<u16>| mss.map_or("none".to_owned(), |mss| mss.to_string());
        let offered = mss(self.mss_offered);
        let arrived = mss(self.mss_arrived);
        writeln!(
            f,
            "   the client offers MSS {offered}, the server sees {arrived}"
        )?;
        match self.end {
            End::Finished => {
                let ms = self.took_ms;
                writeln!(
                    f,
                    "   FINISHED: {} bytes in {}.{:03} s, SHA-1 {}, as sent",
                    self.file_bytes,
                    ms / 1000,
                    ms % 1000,
                    self.sha1.as_deref().unwrap_or_default(),
                )?;
            }
            End::Damaged => writeln!(f, "   DAMAGED: what arrived is not what was sent")?,
            End::Hung => {
                writeln!(
                    f,
                    "   HANGS: the answer's header arrived, {} bytes of the file, then nothing for {} s",
                    self.file_bytes,
                    self.silent_ms / 1000
                )?;
            }
            End::NoConnection => writeln!(f, "   NO CONNECTION")?,
        }
        Ok(())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes without a pattern that a checksum could miss (xorshift, Marsaglia 2003).
pub(crate) fn file(length: u32) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[7]
        })
        .collect()
}
