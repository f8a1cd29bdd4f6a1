//! Our router on the line.

use host_sim::lab::pppoe::LineRouter;

use crate::scenarios;

/// Pins every scenario to one access concentrator.
macro_rules! at {
    ($provider:ident, $module:ident) => {
        mod $module {
            use super::*;
            use crate::lab::Provider::$provider;

            #[test]
            fn chap() {
                scenarios::chap($provider, LineRouter::Native);
            }

            #[test]
            fn pap() {
                scenarios::pap($provider, LineRouter::Native);
            }

            #[test]
            fn wrong_password() {
                scenarios::wrong_password($provider, LineRouter::Native, 1);
            }

            #[test]
            fn header_compression_and_compression_offered() {
                scenarios::header_compression_and_compression_offered(
                    $provider,
                    LineRouter::Native,
                );
            }

            #[test]
            fn vlan_7() {
                scenarios::vlan_7($provider, LineRouter::Native);
            }

            #[test]
            fn four_retransmissions() {
                scenarios::four_retransmissions($provider, LineRouter::Native);
            }

            #[test]
            fn server_killed_and_restarted() {
                scenarios::server_killed_and_restarted($provider, LineRouter::Native);
            }

            #[test]
            fn padt_in_mid_download() {
                scenarios::padt_in_mid_download($provider, LineRouter::Native, true);
            }

            #[test]
            fn mrus() {
                scenarios::mrus($provider, LineRouter::Native);
            }
        }
    };
}

at!(Linux, at_linux);
at!(InProcess, at_the_one_in_this_process);
