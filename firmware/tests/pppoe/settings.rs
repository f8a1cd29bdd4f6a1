//! Which settings can be, and what is said about those that can't.

use firmware::pppoe::{Client, Settings};

use crate::world::SETTINGS;

#[test]
fn a_refused_setting_is_named() {
    let long = "x".repeat(129);
    let cases = [
        (
            Settings {
                service_name: &long[..65],
                ..SETTINGS
            },
            "service_name: 65 bytes, of which 64 fit",
        ),
        (
            Settings {
                access_concentrator: Some(""),
                ..SETTINGS
            },
            "access_concentrator: is empty",
        ),
        (
            Settings {
                access_concentrator: Some(&long),
                ..SETTINGS
            },
            "access_concentrator: 129 bytes, of which 64 fit",
        ),
        (
            Settings {
                username: &long,
                ..SETTINGS
            },
            "username: 129 bytes, of which 128 fit",
        ),
        (
            Settings {
                password: &long,
                ..SETTINGS
            },
            "password: 129 bytes, of which 128 fit",
        ),
        (
            Settings {
                port_mtu_bytes: 583,
                ..SETTINGS
            },
            "port_mtu_bytes: 583 is not between 584 and 9216",
        ),
        (
            Settings {
                echo_interval_seconds: 0,
                ..SETTINGS
            },
            "echo_interval_seconds: 0 is not between 1 and 3600",
        ),
        (
            Settings {
                echo_failures: 0,
                ..SETTINGS
            },
            "echo_failures: 0 is not between 1 and 255",
        ),
    ];
    for (settings, message) in cases {
        let error = Client::new(&settings, [0; 16]).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn the_longest_settings_fit_into_every_frame() {
    let long = "x".repeat(128);
    let settings = Settings {
        service_name: &long[..64],
        access_concentrator: None,
        username: &long,
        password: &long,
        port_mtu_bytes: 1508,
        ..SETTINGS
    };
    let mut world = crate::world::World::new(&settings);
    let padi = world.poll();
    let uniq = crate::world::tag_of(&padi[0].bytes, 0x0103).unwrap();
    let tag = crate::world::tag;
    let tags = [
        tag(0x0101, &long.as_bytes()[..64]),
        tag(0x0102, b"ac"),
        tag(0x0103, &uniq),
        tag(0x0104, &[4; 128]),
        tag(0x0110, &[0x10; 32]),
    ];
    let padr = world.discovers(
        crate::world::AC,
        &crate::world::pppoe(0x07, 0, &tags.concat()),
    );
    for (kind, len) in [
        (0x0101, 64),
        (0x0103, 8),
        (0x0104, 128),
        (0x0110, 32),
        (0x0120, 2),
    ] {
        let value = crate::world::tag_of(&padr[0].bytes, kind).unwrap();
        assert_eq!(value.len(), len, "{kind:#x}");
    }
}
