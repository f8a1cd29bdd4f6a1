//! A Linux router on the line, at the real access concentrator to see that the tests say what is, and
//! at the one in this process to hold that to it.

use host_sim::lab::pppoe::LineRouter;

use crate::lab::Provider;
use crate::scenarios;

mod at_linux {
    use super::*;

    #[test]
    fn chap() {
        scenarios::chap(Provider::Linux, LineRouter::Linux);
    }
}

mod in_process {
    use super::*;

    #[test]
    fn chap() {
        scenarios::chap(Provider::InProcess, LineRouter::Linux);
    }

    #[test]
    fn pap() {
        scenarios::pap(Provider::InProcess, LineRouter::Linux);
    }

    #[test]
    fn wrong_password() {
        // pppd waits a second, and tries again for ever.
        scenarios::wrong_password(Provider::InProcess, LineRouter::Linux, 10);
    }

    #[test]
    fn header_compression_and_compression_offered() {
        scenarios::header_compression_and_compression_offered(
            Provider::InProcess,
            LineRouter::Linux,
        );
    }

    #[test]
    fn vlan_7() {
        scenarios::vlan_7(Provider::InProcess, LineRouter::Linux);
    }

    #[test]
    fn padt_in_mid_download() {
        // Linux's masquerade forgets every connection of an interface that goes.
        scenarios::padt_in_mid_download(Provider::InProcess, LineRouter::Linux, false);
    }

    #[test]
    fn server_killed_and_restarted() {
        scenarios::server_killed_and_restarted(Provider::InProcess, LineRouter::Linux);
    }

    #[test]
    fn mrus() {
        scenarios::mrus(Provider::InProcess, LineRouter::Linux);
    }
}
