//! Our router and Linux's at the same real access concentrator: what leaves is the same.

use host_sim::lab::pppoe::{Customer, End, Line, LineRouter, Service};

use crate::lab::{DIALING, Laid, Provider};
use crate::scenarios::Router;

const ROUTERS: [Router; 2] = [LineRouter::Native, LineRouter::Linux];
/// Around every ceiling, and the ends.
const OFFERED: [u16; 12] = [
    1, 536, 1300, 1359, 1360, 1361, 1400, 1452, 1453, 1460, 1461, 8960,
];
const FILES: [u32; 3] = [10_000, 200_000, 2_000_000];

/// What a router makes of it all.
#[derive(Debug, PartialEq, Eq)]
struct Observed {
    mtu_bytes: Option<u16>,
    arrived: Vec<(u16, Option<u16>)>,
    /// Of each download: how it ended, and both MSS values where they came out.
    downloads: Vec<(End, Option<u16>, Option<u16>)>,
}

fn observe(line: &mut Line) -> Result<Observed, String> {
    let session = line.await_session(DIALING)?;
    Ok(Observed {
        mtu_bytes: session.mtu_bytes(),
        arrived: OFFERED
            .into_iter()
            .map(|mss| Ok((mss, line.mss_that_arrives(mss)?)))
            .collect::<Result<_, String>>()?,
        downloads: FILES
            .into_iter()
            .map(|bytes| {
                let download = line.download(bytes)?;
                Ok((
                    download.end,
                    download.mss_arrived,
                    download.mss_returned_arrived,
                ))
            })
            .collect::<Result<_, String>>()?,
    })
}

#[test]
fn the_same_mss_leaves_both_routers_and_the_same_downloads_finish() {
    for mru_bytes in [1492, 1500, 1400] {
        let [ours, linuxes] = ROUTERS.map(|router| {
            let customer = Customer {
                mru_bytes,
                ..Customer::default()
            };
            let service = Service {
                mru_bytes: mru_bytes.max(1492),
                ..Service::default()
            };
            let mut laid = Laid::new(Provider::Linux, router(customer), service);
            observe(laid.line()).unwrap_or_else(|error| panic!("{error}"))
        });
        assert_eq!(ours, linuxes, "left: ours; right: Linux's");
        assert_eq!(ours.mtu_bytes, Some(mru_bytes));
        let ceiling = mru_bytes - 40;
        for (offered, arrived) in ours.arrived {
            assert_eq!(arrived, Some(offered.min(ceiling)), "{offered} offered");
        }
        for (end, ..) in ours.downloads {
            assert_eq!(end, End::Finished);
        }
    }
}

/// Prints how long each takes, side by side: `cargo test -p tests --test pppoe first_packet --
/// --nocapture`. Both wait a second for the server's pppd to start; who asks again sooner after it
/// is there has the session sooner.
#[test]
fn the_first_packet_passes_no_later_than_through_linux() {
    const RUNS: usize = 3;
    let [ours, linuxes] = ROUTERS.map(|router| {
        let mut times = [(); RUNS].map(|()| {
            let router = router(Customer::default());
            let mut laid = Laid::new(Provider::Linux, router, Service::default());
            let session = laid
                .line()
                .await_first_packet(DIALING)
                .unwrap_or_else(|error| panic!("{error}"));
            session.until_first_packet().expect("it has passed")
        });
        times.sort();
        times
    });
    println!("From PADI to the first packet that is forwarded, {RUNS} runs each, sorted:");
    println!("    ours:    {ours:.3?}");
    println!("    Linux's: {linuxes:.3?}");
    assert!(ours[RUNS / 2] <= 2 * linuxes[RUNS / 2], "the medians");
}
