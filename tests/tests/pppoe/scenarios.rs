//! What is held of every line, whoever is at its ends.

use std::net::Ipv4Addr;
use std::time::Duration;

use host_sim::access_concentrator::{Authentication, FrameKind};
use host_sim::lab::pppoe::{Customer, End, LineRouter, Service, Side};

use crate::lab::{DIALING, Laid, Provider};

const FILE_BYTES: u32 = 200_000;
/// How long nobody comes who was turned away.
const TURNED_AWAY: Duration = Duration::from_secs(12);

/// Makes a router that dials as the customer says.
pub(crate) type Router = fn(Customer) -> LineRouter;

fn usual(router: Router) -> LineRouter {
    router(Customer::default())
}

/// A session comes up with this MTU, and a download over it with the MSS that goes with that.
fn downloads(laid: &mut Laid, mtu_bytes: u16) {
    let session = laid.session();
    assert_eq!(session.mtu_bytes(), Some(mtu_bytes), "{session:?}");
    assert_eq!(session.concentrator, "lab-ac");
    assert!(session.ipv6_at.is_some(), "{session:?}");
    let [a, b, _, d] = session.ipv4.unwrap().octets();
    assert_eq!([a, b], [10, 64]);
    assert!((10..26).contains(&d), "{session:?}");
    let dns = [53, 54].map(|host| Ipv4Addr::new(203, 0, 113, host));
    assert_eq!(session.dns, dns, "{session:?}");
    let download = laid.line().download(FILE_BYTES).unwrap();
    assert_eq!(download.end, End::Finished, "{download:?}");
    assert_eq!(download.mss_offered, Some(1460));
    assert_eq!(download.mss_arrived, Some(mtu_bytes - 40), "{download:?}");
    assert!(download.longest_packet_len <= usize::from(mtu_bytes));
}

pub(crate) fn chap(provider: Provider, router: Router) {
    let mut laid = Laid::new(provider, usual(router), Service::default());
    assert_eq!(laid.session().authentication, Some("CHAP"));
    downloads(&mut laid, 1492);
}

pub(crate) fn pap(provider: Provider, router: Router) {
    let service = Service {
        authentication: Authentication::Pap,
        ..Service::default()
    };
    let mut laid = Laid::new(provider, usual(router), service);
    assert_eq!(laid.session().authentication, Some("PAP"));
    downloads(&mut laid, 1492);
}

/// Who is turned away does not storm the door: providers lock accounts for that.
pub(crate) fn wrong_password(provider: Provider, router: Router, most_attempts: usize) {
    let customer = Customer {
        password: "wrong".to_owned(),
        ..Customer::default()
    };
    let mut laid = Laid::new(provider, router(customer), Service::default());
    let was_turned_away = laid
        .line()
        .until(DIALING, |sessions| {
            sessions.last().is_some_and(|session| session.turned_away)
        })
        .unwrap();
    assert!(was_turned_away, "{:?}", laid.line().sessions());
    laid.line().run(TURNED_AWAY).unwrap();
    let sessions = laid.line().sessions();
    let attempts = sessions
        .iter()
        .filter(|session| session.turned_away)
        .count();
    assert!(
        attempts <= most_attempts,
        "{attempts} attempts: {sessions:?}"
    );
    assert!(sessions.iter().all(|session| session.ipv4_at.is_none()));
}

/// Both are refused, and nothing else suffers.
pub(crate) fn header_compression_and_compression_offered(provider: Provider, router: Router) {
    let service = Service {
        offers_header_compression: true,
        offers_compression: true,
        ..Service::default()
    };
    let mut laid = Laid::new(provider, usual(router), service);
    downloads(&mut laid, 1492);
    let session = laid.session();
    assert!(session.rejected_header_compression, "{session:?}");
    assert!(session.rejected_compression, "{session:?}");
}

pub(crate) fn vlan_7(provider: Provider, router: Router) {
    let service = Service {
        vlan: Some(7),
        ..Service::default()
    };
    downloads(&mut Laid::new(provider, usual(router), service), 1492);
}

/// Nothing is heard of the first four frames of each kind in turn.
pub(crate) fn four_retransmissions(provider: Provider, router: Router) {
    for kind in [FrameKind::Padi, FrameKind::Lcp] {
        let losses = [(kind, 4)];
        let service = Service::default();
        let mut laid = Laid::with_losses(provider, usual(router), service, &losses);
        let session = laid.session();
        if kind == FrameKind::Padi {
            assert_eq!(session.padis, 5, "{session:?}");
        }
        downloads(&mut laid, 1492);
    }
}

/// The server dies without a word. The router notices, dials until it is there again, and goes on.
pub(crate) fn server_killed_and_restarted(provider: Provider, router: Router) {
    let customer = Customer {
        echo_interval_s: 2,
        ..Customer::default()
    };
    let mut laid = Laid::new(provider, router(customer), Service::default());
    let before = laid.session();
    laid.line().crash_server().unwrap();
    laid.line().run(Duration::from_secs(1)).unwrap();
    laid.line().restart_server().unwrap();
    let came_back = laid
        .line()
        .until(2 * DIALING, |sessions| {
            sessions.last().is_some_and(|last| {
                last.confirmed_at > before.confirmed_at && last.ipv4_at.is_some()
            })
        })
        .unwrap();
    assert!(came_back, "{:?}", laid.line().sessions());
    downloads(&mut laid, 1492);
}

/// The provider ends the session in the middle of a download. The router dials again; a router that
/// `keeps_connections` goes on with the download when its address is still the same, and another
/// download comes through in any case.
pub(crate) fn padt_in_mid_download(provider: Provider, router: Router, keeps_connections: bool) {
    let mut laid = Laid::new(provider, usual(router), Service::default());
    let before = laid.session();
    let patience = Duration::from_secs(20);
    let cut = laid
        .line()
        .download_through_padt(2_000_000, patience)
        .unwrap();
    assert!(cut.file_bytes >= 1_000_000, "{cut:?}");
    let after = laid.session();
    assert!(after.confirmed_at > before.confirmed_at);
    let ended = laid
        .line()
        .sessions()
        .first()
        .and_then(|session| session.ended);
    assert_eq!(ended.map(|(_, who)| who), Some(Side::Concentrator));
    let should_finish = keeps_connections && after.ipv4 == before.ipv4;
    let expected = if should_finish {
        End::Finished
    } else {
        End::Hung
    };
    assert_eq!(cut.end, expected, "{cut:?}");
    downloads(&mut laid, 1492);
}

/// What the router asks for, what the access concentrator does, and what comes of it.
pub(crate) fn mrus(provider: Provider, router: Router) {
    let ordinary = Service::default();
    let in_vlan = Service {
        vlan: Some(7),
        ..ordinary
    };
    for (customers, service, mtu_bytes) in [
        (1492, ordinary, 1492),
        (1500, with_mru(1500, ordinary), 1500),
        (1500, with_mru(1500, in_vlan), 1500),
        (1400, ordinary, 1400),
        (1492, with_mru(1400, ordinary), 1400),
        (
            1500,
            Service {
                max_payload_bytes: 1492,
                ..in_vlan
            },
            1492,
        ),
    ] {
        let customer = Customer {
            mru_bytes: customers,
            ..Customer::default()
        };
        eprintln!("MRU {customers} asked of {service:?}");
        downloads(
            &mut Laid::new(provider, router(customer), service),
            mtu_bytes,
        );
    }
}

fn with_mru(mru_bytes: u16, service: Service) -> Service {
    Service {
        mru_bytes,
        ..service
    }
}
