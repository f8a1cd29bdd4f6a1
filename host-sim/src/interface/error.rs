//! Why an interface can't be used, and what helps.

use std::fmt;
use std::io::Error;

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
    /// This process may not make the TAP, or it is another user's.
    TapNotPermitted { name: String },
    /// Another process is plugged into the TAP.
    TapTaken { name: String },
    /// What goes by the name is no TAP, or can't be one's.
    NotTap { name: String },
    /// This machine has no TAPs.
    NoTaps,
    /// The TAP was taken away.
    TapGone { name: String },
    /// The system refused something else.
    System { doing: String, errno: Errno },
    /// The same for what was asked through the standard library.
    Io { doing: String, error: Error },
}

impl InterfaceError {
    pub(super) fn system(doing: impl Into<String>) -> impl FnOnce(Errno) -> Self {
        move |errno| Self::System {
            doing: doing.into(),
            errno,
        }
    }

    /// The same for what the standard library passes on.
    pub(super) fn from_io(doing: impl Into<String>) -> impl Fn(Error) -> Self {
        let doing = doing.into();
        move |error| Self::Io {
            doing: doing.clone(),
            error,
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
            Self::TapNotPermitted { name } => write!(
                f,
                "TAP {name} is another user's, or there is none and no permission to make it: \
                 sudo ip tuntap add dev {name} mode tap user $USER"
            ),
            Self::TapTaken { name } => {
                write!(f, "somebody else is plugged into TAP {name} already")
            }
            Self::NotTap { name } => write!(
                f,
                "{name} is no TAP with one queue, or no name for one: ip tuntap show lists those \
                 that are there, ip tuntap add dev NAME mode tap user $USER makes one"
            ),
            Self::NoTaps => f.write_str("this machine has no TAPs: modprobe tun"),
            Self::TapGone { name } => write!(f, "TAP {name} was taken away"),
            Self::System { doing, errno } => write!(f, "{doing}: {errno}"),
            Self::Io { doing, error } => write!(f, "{doing}: {error}"),
        }
    }
}
