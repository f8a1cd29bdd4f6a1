//! What the PPPoE client costs: the whole of it, linked alone for a bare-metal target with everything
//! that it reaches and nothing else; a panic among that is a link error. `cargo bench -p tests --bench
//! footprint` links it and prints the sizes.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod entry {
    use core::mem::MaybeUninit;

    use firmware::pppoe::{Client, Inbound, Line, Mac, Settings, Transmit};
    use firmware::router::time::Instant;

    /// What a caller asks of the client, so that nothing of it is left out.
    #[expect(dead_code, reason = "nobody calls")]
    enum Call<'a> {
        New(&'a Settings<'a>, [u8; 16]),
        Link(bool),
        Dial,
        HangUp,
        Receive(Mac, u16, &'a [u8]),
        Poll,
    }

    /// Whether it could be done, the packet that came, when to poll, and the data path.
    type Answer = (bool, Option<Inbound>, Option<Instant>, Option<Line>);

    /// The client's RAM.
    static mut CLIENT: MaybeUninit<Client> = MaybeUninit::zeroed();

    // SAFETY: the name is this program's own, and nothing else is linked with it.
    #[unsafe(no_mangle)]
    fn pppoe_client(call: &Call<'_>, now: Instant, wire: &mut dyn Transmit) -> Answer {
        let room = &raw mut CLIENT;
        // SAFETY: this program is linked and never run; whoever calls makes the client first.
        let client = unsafe { (*room).assume_init_mut() };
        let (mut done, mut inbound, mut due) = (true, None, None);
        match *call {
            Call::New(settings, seed) => match Client::new(settings, seed) {
                Ok(made) => *client = made,
                Err(_) => done = false,
            },
            Call::Link(is_up) => client.link(is_up, now),
            Call::Dial => client.dial(now),
            Call::HangUp => client.hang_up(now, wire),
            Call::Receive(source, ethertype, payload) => {
                inbound = client.receive(source, ethertype, payload, now, wire);
            }
            Call::Poll => due = client.poll(now, wire),
        }
        (done, inbound, due, client.line().copied())
    }

    unsafe extern "Rust" {
        /// Defined nowhere: a panic that the linker can't leave out is a link error.
        fn the_client_can_panic() -> !;
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        // SAFETY: never called, since a program that could call it does not link.
        unsafe { the_client_can_panic() }
    }
}

#[cfg(not(target_os = "none"))]
fn main() {
    println!("This program is linked for a bare-metal target and measured, not run.");
}
