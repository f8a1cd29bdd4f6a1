//! PPPoE against real peers: Linux as access concentrator, Linux as the customer's router, in
//! user-mode-linux guests that `host-sim/guests/fetch.sh` fetches.

mod linux_router;
