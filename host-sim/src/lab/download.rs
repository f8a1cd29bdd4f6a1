//! The programs on both hosts: a download over HTTP/1.0 (RFC 1945), as small as it gets.

use std::time::Duration;

use smoltcp::socket::tcp;

/// The server's port.
pub(crate) const PORT: u16 = 80;
const REQUEST: &[u8] = b"GET /file HTTP/1.0\r\n\r\n";
const END_OF_HEADER: &[u8] = b"\r\n\r\n";
/// No header of this server is longer.
const LONGEST_HEADER_LEN: usize = 256;

/// The server: sends a file to whoever asks.
pub(crate) struct Server {
    header: Vec<u8>,
    file: Vec<u8>,
    request: Vec<u8>,
    header_sent: usize,
    file_sent: usize,
}

impl Server {
    pub(crate) fn new(file: Vec<u8>) -> Self {
        let header = format!("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", file.len());
        Self {
            header: header.into_bytes(),
            file,
            request: Vec::new(),
            header_sent: 0,
            file_sent: 0,
        }
    }

    /// What the program does when it gets a turn.
    pub(crate) fn work(&mut self, socket: &mut tcp::Socket<'_>) {
        if socket.can_recv() && self.request.len() < LONGEST_HEADER_LEN {
            // Nothing more to read than there is.
            let _ = socket.recv(|bytes| {
                self.request.extend_from_slice(bytes);
                (bytes.len(), ())
            });
        }
        if !self.request.ends_with(END_OF_HEADER) || !socket.can_send() {
            return;
        }
        if self.header_sent < self.header.len() {
            // The header goes alone, as most servers send it: their first write.
            let rest = &self.header[self.header_sent..];
            self.header_sent += socket.send_slice(rest).unwrap_or(0);
        } else if self.file_sent < self.file.len() {
            let rest = &self.file[self.file_sent..];
            self.file_sent += socket.send_slice(rest).unwrap_or(0);
        } else {
            socket.close();
        }
    }
}

/// The client: asks for the file and keeps what comes.
#[derive(Default)]
pub(crate) struct Client {
    request_sent: bool,
    connected: bool,
    received: Vec<u8>,
    /// When the last byte came, or the connection began.
    heard_at: Duration,
}

impl Client {
    /// What the program does when it gets a turn.
    pub(crate) fn work(&mut self, socket: &mut tcp::Socket<'_>, now: Duration) {
        if socket.may_send() && !self.connected {
            self.connected = true;
            self.heard_at = now;
        }
        if socket.can_send() && !self.request_sent {
            self.request_sent = socket.send_slice(REQUEST) == Ok(REQUEST.len());
        }
        while socket.can_recv() {
            self.heard_at = now;
            // Nothing more to read than there is.
            let _ = socket.recv(|bytes| {
                self.received.extend_from_slice(bytes);
                (bytes.len(), ())
            });
        }
        if self.request_sent && !socket.may_recv() {
            socket.close();
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// When it last heard from the server.
    pub(crate) fn heard_at(&self) -> Duration {
        self.heard_at
    }

    /// What came of the file; `None` before the end of the header.
    pub(crate) fn file(&self) -> Option<&[u8]> {
        let end = self
            .received
            .windows(END_OF_HEADER.len())
            .take(LONGEST_HEADER_LEN)
            .position(|bytes| bytes == END_OF_HEADER)?;
        self.received.get(end + END_OF_HEADER.len()..)
    }
}
