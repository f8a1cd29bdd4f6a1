//! A small HTTP server, so that curl has somebody to talk to who tells what it saw.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv6Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::spawn;
use std::time::Duration;

use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::TcpMaxSeg;

use super::Namespace;

/// How long it waits for the other side.
const PATIENCE: Duration = Duration::from_secs(30);
/// No request line or header line is longer.
const LONGEST_LINE_BYTES: u64 = 4096;

/// Starts a server on `port` in `namespace`, for IPv4 and IPv6, and as long as the test runs.
///
/// `GET /file` answers with `file`, `GET /mss` with the MSS that the connection sends with (a number
/// of bytes; the timestamps option's 12 are taken off already), `GET /peer` with the address it came
/// from, and `PUT` with the length of what was sent and whether `file` begins so.
///
/// # Panics
/// When the port is not to be had.
pub fn serve(namespace: &Namespace, port: u16, file: &Arc<Vec<u8>>) {
    let file = Arc::clone(file);
    namespace.run(move || {
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port))
            .unwrap_or_else(|error| panic!("listening on port {port}: {error}"));
        spawn(move || {
            for connection in listener.incoming().flatten() {
                let file = Arc::clone(&file);
                // What goes wrong here is seen by the client, and judged there.
                spawn(move || answer(&connection, &file));
            }
        });
    });
}

fn answer(connection: &TcpStream, file: &[u8]) -> std::io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(connection);
    let request = line(&mut reader)?;
    let mut length = 0;
    loop {
        let header = line(&mut reader)?;
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let body = match request.split_whitespace().take(2).collect::<Vec<_>>()[..] {
        ["GET", "/file"] => file.to_vec(),
        ["GET", "/mss"] => getsockopt(&connection, TcpMaxSeg)?.to_string().into_bytes(),
        ["GET", "/peer"] => match connection.peer_addr()?.ip().to_canonical() {
            IpAddr::V4(address) => address.to_string().into_bytes(),
            IpAddr::V6(address) => address.to_string().into_bytes(),
        },
        ["PUT", _] => {
            let mut sent = Vec::new();
            reader.take(length).read_to_end(&mut sent)?;
            let whose = if file.starts_with(&sent) {
                "of the file"
            } else {
                "of something else"
            };
            format!("{} bytes {whose}", sent.len()).into_bytes()
        }
        _ => b"what?".to_vec(),
    };
    let mut connection = connection;
    write!(
        connection,
        "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )?;
    connection.write_all(&body)
}

fn line(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    reader.take(LONGEST_LINE_BYTES).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
