//! x
use std::time::Duration;
#[test]
fn smoke() {
    let lab = tests::lab::Lab::new();
    lab.set_route_mtus(1400, 88);
    let mut f = vec![];
    f.extend(tests::lab::ROUTER_LEFT_MAC);
    f.extend(tests::lab::LEFT_MAC);
    f.extend([8, 0, 0x45, 0, 0, 20, 0, 1, 0, 0, 64, 17]);
    let mut s: u32 = 0x4500 + 20 + 1 + 0x4011 + 0xc000 + 0x202 + 0xc633 + 0x6402;
    while s > 0xffff {
        s = (s & 0xffff) + (s >> 16);
    }
    f.extend((!s as u16).to_be_bytes());
    f.extend(tests::lab::LEFT_V4.octets());
    f.extend(tests::lab::RIGHT_V4.octets());
    lab.left.send(&f);
    while let Some(f) = lab.right.receive(Duration::from_secs(1)) {
        eprintln!("{f:02x?}");
    }
    panic!();
}
