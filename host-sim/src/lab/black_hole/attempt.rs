//! One download from behind the black hole.

use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use sha1::{Digest, Sha1};

use super::download::{Client, PORT, Server};
use crate::lab::host::Host;
use crate::lab::network::Network;
use crate::lab::plan;

/// How long an image may take to boot.
const BOOT: Duration = Duration::from_secs(20);
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

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Attempt {
    pub(super) end: End,
    /// The MSS that the client offered, in bytes of TCP payload.
    pub(super) mss_offered: Option<u16>,
    /// The MSS that the server saw.
    pub(super) mss_arrived: Option<u16>,
    /// How much of the file arrived.
    pub(super) file_bytes: usize,
    pub(super) took_ms: u128,
    /// How long nothing had come when it was given up.
    pub(super) silent_ms: u128,
    /// SHA-1 of what arrived of the file, if it all did.
    pub(super) sha1: Option<String>,
    pub(super) black_hole: BlackHole,
    /// The longest packet that reached the client.
    pub(super) longest_packet_len: usize,
    /// Frames that found a queue full; TCP sends them again.
    pub(super) lost_frames: u64,
}

/// How a download ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum End {
    /// The file arrived as it was sent.
    Finished,
    /// The whole file arrived, but not as it was sent.
    Damaged,
    /// Nothing came any more.
    Hung,
    /// Not even a connection.
    NoConnection,
}

/// What the hop swallowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct BlackHole {
    pub(super) swallowed_packets: u64,
    /// Length in bytes of the packet that was tried most often, and how often.
    pub(super) most_tried_len: usize,
    pub(super) most_tried_times: u64,
}

impl Attempt {
    /// Downloads `file` through `network`.
    pub(super) fn make(network: &mut Network, file: &[u8], from_port: u16) -> Result<Self, String> {
        let booted = network.run(
            BOOT,
            |_, _, _| {},
            |network| network.hop.has_heard_the_router(),
        )?;
        if !booted {
            return Err(format!(
                "the router did not answer at {} within {} s: is it this lab's image? (--console \
                 FILE keeps what it says)",
                plan::WAN_IPV4,
                BOOT.as_secs()
            ));
        }
        let began = network.now();
        network.server.listen(PORT)?;
        network.client.connect(plan::SERVER, PORT, from_port)?;
        let mut server = Server::new(file.to_vec());
        let client = RefCell::new(Client::default());
        let slowest = Duration::from_secs(file.len() as u64 / SLOWEST_BYTES_PER_SECOND);
        let not_after = began + CONNECTING + PATIENCE + slowest;
        let mut work = |client_host: &mut Host, server_host: &mut Host, now: Duration| {
            client.borrow_mut().work(client_host.connection(), now);
            server.work(server_host.connection());
        };
        loop {
            // In short rounds, because every byte that comes moves the deadline.
            let until = network.now() + ROUND;
            let finished = network.run(until, &mut work, |_| {
                let client = client.borrow();
                client.file().is_some_and(|came| came.len() >= file.len())
            })?;
            if finished {
                // What is still under way arrives, so that captures of two wires hold the same.
                network.run(network.now() + PARTING, &mut work, |_| false)?;
                break;
            }
            let client = client.borrow();
            let patience = if client.is_connected() {
                PATIENCE
            } else {
                CONNECTING
            };
            let give_up_at = client.heard_at().max(began) + patience;
            if network.now() >= give_up_at.min(not_after) {
                break;
            }
        }
        Ok(Self::of(network, &client.into_inner(), file, began))
    }

    fn of(network: &Network, client: &Client, file: &[u8], began: Duration) -> Self {
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
        let most_tried = network.hop.most_tried();
        Self {
            end,
            mss_offered: network.lan().seen_inward().mss,
            mss_arrived: network.beyond().seen_outward().mss,
            file_bytes: came.len(),
            took_ms: (heard_at - began).as_millis(),
            silent_ms: network.now().saturating_sub(heard_at).as_millis(),
            sha1: (came.len() == file.len()).then(|| hexadecimal(&Sha1::digest(came))),
            black_hole: BlackHole {
                swallowed_packets: network.hop.swallowed_packets(),
                most_tried_len: most_tried.map_or(0, |swallowed| swallowed.packet_len),
                most_tried_times: most_tried.map_or(0, |swallowed| swallowed.times),
            },
            longest_packet_len: network.lan().seen_outward().longest_packet_len,
            lost_frames: network.lost_frames(),
        }
    }
}

impl fmt::Display for Attempt {
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
        let BlackHole {
            swallowed_packets,
            most_tried_len,
            most_tried_times,
        } = self.black_hole;
        if swallowed_packets == 0 {
            writeln!(
                f,
                "   no packet was too long: the longest had {} bytes",
                self.longest_packet_len
            )
        } else {
            writeln!(
                f,
                "   {swallowed_packets} packets vanished; one of {most_tried_len} bytes was sent \
                 {most_tried_times} times"
            )
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
