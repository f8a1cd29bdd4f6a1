//! From the words of the command line to the way out.

use std::fs;
use std::path::Path;

use firmware::router::uplink::{Chosen, Dhcp, Fixed, Pppoe};
use firmware::{dhcp, pppoe};

use super::arguments::RouterArguments;
use super::settings::of_both_families;

/// The uplink that `arguments` ask for, on a port with this address.
pub(super) fn uplink(
    arguments: &RouterArguments,
    mac: [u8; 6],
    router_seed: [u8; 16],
) -> Result<Chosen, String> {
    // Not what the router draws from.
    let seed = u128::from_be_bytes(router_seed)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(64)
        .to_be_bytes();
    if let Some((user, file)) = arguments
        .pppoe_user
        .as_deref()
        .zip(arguments.pppoe_password_file.as_deref())
    {
        let settings = pppoe::Settings {
            service_name: arguments.pppoe_service.as_deref().unwrap_or_default(),
            username: user,
            password: &password(file)?,
            port_mtu_bytes: arguments.wan_mtu,
            ..pppoe::Settings::default()
        };
        let pppoe = Pppoe::new(&settings, seed).map_err(|error| format!("PPPoE: {error}"))?;
        return Ok(Chosen::Pppoe(
            pppoe.with_prefix_delegation(mac, other(seed)),
        ));
    }
    if arguments.wan_dhcp {
        let (lan, _) = of_both_families("--lan-address", &arguments.lan_address)?;
        let settings = dhcp::Settings {
            mac,
            port_mtu_bytes: arguments.wan_mtu,
            lans: &[lan],
        };
        return Ok(Chosen::Dhcp(
            Dhcp::new(&settings, seed).with_ipv6(other(seed)),
        ));
    }
    Ok(Chosen::Fixed(Fixed))
}

/// Something else to draw from.
fn other(seed: [u8; 16]) -> [u8; 16] {
    seed.map(|byte| byte.rotate_left(5) ^ 0x5a)
}

/// The first line of a file.
fn password(file: &Path) -> Result<String, String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(format!("{name}: its first line, the password, is empty"));
    }
    Ok(line.to_owned())
}
