//! Why an interface can't be used, and what helps.

use std::fmt;

use nix::errno::Errno;

/// Why an interface can't be used, or can no longer.
#[derive(Debug)]
pub(crate) enum InterfaceError {
    /// There is none of this name; `others` are there.
    NotThere { name: String, others: Vec<String> },
    /// It carries no Ethernet frames.
    NotEthernet { name: String },
    /// It is down, or was taken down.
    Down { name: String },
    /// This process may not open packet sockets.
    NotPermitted,
    /// The system refused something else.
    System { doing: String, errno: Errno },
}

impl InterfaceError {
    pub(super) fn system(doing: impl Into<String>) -> impl FnOnce(Errno) -> Self {
        move |errno| Self::System {
            doing: doing.into(),
            errno,
        }
    }
}

impl fmt::Display for InterfaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere { name, others } => write!(
                f,
                "there is no interface {name:?} here; there are: {}",
                others.join(", ")
            ),
            Self::NotEthernet { name } => {
                write!(f, "interface {name} does not carry Ethernet frames")
            }
            Self::Down { name } => write!(f, "interface {name} is down: ip link set {name} up"),
            Self::NotPermitted => f.write_str(
                "no permission to send and receive whole frames: run it as root, or give the \
                 program the capability (setcap cap_net_raw+ep)",
            ),
            Self::System { doing, errno } => write!(f, "{doing}: {errno}"),
        }
    }
}
