//! The box's own stack, behind the router's inner port: for now a TCP echo on port 7 (RFC 862).

use embassy_net::tcp::TcpSocket;
use embassy_net::{Stack, StackResources};
use embassy_net_driver_channel::Device;
use embassy_time::Duration;
use embedded_io_async::Write;

use super::carrier::INNER_BUFFER_BYTES;

/// RFC 862.
const ECHO_PORT: u16 = 7;
/// Bytes that are taken in before they go back.
const BUFFER_BYTES: usize = 1024;
/// A peer that says nothing for as long is let go.
const SILENCE: Duration = Duration::from_secs(60);

/// The driver of the stack.
pub(super) type InnerDevice = Device<'static, INNER_BUFFER_BYTES>;
/// Connections that are served at once: with one alone, nobody would listen while it is closed.
pub(super) const ECHOES: usize = 2;
/// Room for their sockets.
pub(super) type Sockets = StackResources<ECHOES>;

/// Runs the stack.
#[embassy_executor::task]
pub(super) async fn stack_task(mut runner: embassy_net::Runner<'static, InnerDevice>) -> ! {
    runner.run().await
}

/// Sends back what comes, one connection after the other.
#[embassy_executor::task(pool_size = ECHOES)]
pub(super) async fn echo_task(stack: Stack<'static>) -> ! {
    let (mut receive_buffer, mut send_buffer) = ([0; BUFFER_BYTES], [0; BUFFER_BYTES]);
    let mut bytes = [0; BUFFER_BYTES];
    loop {
        let mut socket = TcpSocket::new(stack, &mut receive_buffer, &mut send_buffer);
        socket.set_timeout(Some(SILENCE));
        if socket.accept(ECHO_PORT).await.is_err() {
            continue;
        }
        defmt::info!("echo: a peer");
        while let Ok(len @ 1..) = socket.read(&mut bytes).await {
            if socket.write_all(&bytes[..len]).await.is_err() {
                break;
            }
        }
        socket.close();
        // A peer that is gone has nothing to be told.
        let _ = socket.flush().await;
    }
}
