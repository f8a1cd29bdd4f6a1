//! The provider at the end of a PPPoE line: a real access concentrator, or one in this process.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::onlooker::{Onlooker, Side as From};
use super::service::Service;
use crate::access_concentrator::frame::Frame;
use crate::access_concentrator::{AccessConcentrator, Deafness, Delivery, Ending, kind};
use crate::guest::{Card, Guest};
use crate::lab::plan;
use crate::lab::provider::Provider;
use crate::lab::side::Side;
use crate::lab::wire::End;

/// Where it runs.
pub(super) enum Machine {
    /// Linux, with rp-pppoe's server and pppd.
    Linux(Guest),
    /// This project's own.
    InProcess(Box<InProcess>),
}

/// The access concentrator of this project, and its link to the Internet.
pub(super) struct InProcess {
    concentrator: AccessConcentrator,
    far: Side,
    next_at: Option<Duration>,
    serving: bool,
}

/// The access concentrator, and somebody who watches its line.
pub(crate) struct Concentrator {
    machine: Machine,
    service: Service,
    pub(super) onlooker: Onlooker,
    /// What gets lost on its way there.
    pub(super) deaf_to: Vec<Deafness>,
}

impl Concentrator {
    /// Begins to serve: on the guest, or in this process when there is none.
    pub(super) fn start(
        guest: Option<Guest>,
        service: &Service,
        seed: u64,
    ) -> Result<Self, String> {
        let machine = match guest {
            Some(guest) => Machine::Linux(guest),
            None => Machine::InProcess(Box::new(InProcess {
                concentrator: AccessConcentrator::new(service.settings(), seed),
                far: Side::new(plan::HOP_FAR_MAC, plan::HOP_FAR, plan::SERVER),
                next_at: None,
                serving: true,
            })),
        };
        let mut concentrator = Self {
            machine,
            service: *service,
            onlooker: Onlooker::default(),
            deaf_to: Vec::new(),
        };
        if let Machine::Linux(guest) = &mut concentrator.machine {
            guest.shell(&service.command())?;
        }
        Ok(concentrator)
    }

    /// The guest, for the next line.
    pub(super) fn into_guest(self) -> Result<Option<Guest>, String> {
        match self.machine {
            Machine::Linux(mut guest) => {
                guest.shell("crash")?;
                Ok(Some(guest))
            }
            Machine::InProcess(_) => Ok(None),
        }
    }

    /// The server dies, and says nothing to anybody.
    pub(super) fn crash(&mut self) -> Result<(), String> {
        match &mut self.machine {
            Machine::Linux(guest) => guest.shell("crash").map(drop),
            Machine::InProcess(own) => {
                own.serving = false;
                own.end_all(Ending::Silent);
                Ok(())
            }
        }
    }

    /// The server is started again after that.
    pub(super) fn restart(&mut self) -> Result<(), String> {
        match &mut self.machine {
            Machine::Linux(guest) => guest.shell(&self.service.command()).map(drop),
            Machine::InProcess(own) => {
                own.serving = true;
                Ok(())
            }
        }
    }

    /// Ends every session with a PADT, and nothing else.
    pub(super) fn end_sessions(&mut self) -> Result<(), String> {
        match &mut self.machine {
            Machine::Linux(guest) => guest.shell("hang_up").map(drop),
            Machine::InProcess(own) => {
                own.end_all(Ending::Padt);
                Ok(())
            }
        }
    }

    /// What the server's processes have written down.
    pub(super) fn log(&mut self) -> Result<String, String> {
        match &mut self.machine {
            Machine::Linux(guest) => guest.shell("tail -n 60 /run/server.log /run/pppd.log; true"),
            Machine::InProcess(_) => Ok(String::new()),
        }
    }

    fn is_deaf_to(&mut self, frame: &[u8]) -> bool {
        let Some(kind) = Frame::parse(frame).as_ref().and_then(kind) else {
            return false;
        };
        let mut matching = self.deaf_to.iter_mut();
        let Some(deafness) = matching.find(|deafness| deafness.kind == kind && deafness.frames > 0)
        else {
            return false;
        };
        deafness.frames -= 1;
        true
    }
}

impl InProcess {
    fn end_all(&mut self, how: Ending) {
        for session in self.concentrator.sessions() {
            self.concentrator.end(session.id, how);
        }
        self.next_at = Some(Duration::ZERO);
    }
}

impl Provider for Concentrator {
    fn pass(
        &mut self,
        now: Duration,
        near: &mut End<'_>,
        far: &mut End<'_>,
    ) -> Result<bool, String> {
        let mut moved = false;
        while let Some(frame) = near.receive() {
            moved = true;
            self.onlooker.look(now, From::Customer, &frame);
            if self.is_deaf_to(&frame) {
                continue;
            }
            match &mut self.machine {
                Machine::Linux(guest) => guest.send(Card::Line, &frame)?,
                Machine::InProcess(own) if own.serving => own.concentrator.receive(&frame, now),
                Machine::InProcess(_) => {}
            }
        }
        match &mut self.machine {
            Machine::Linux(guest) => {
                while let Some(frame) = far.receive() {
                    moved = true;
                    guest.send(Card::Behind, &frame)?;
                }
                while let Some(frame) = guest.receive(Card::Behind)? {
                    moved = true;
                    far.send(frame);
                }
                while let Some(frame) = guest.receive(Card::Line)? {
                    moved = true;
                    self.onlooker.look(now, From::Concentrator, &frame);
                    near.send(frame);
                }
            }
            Machine::InProcess(own) => {
                moved |= own.far.ask(now, far);
                while let Some(frame) = far.receive() {
                    moved = true;
                    if let Some(packet) = own.far.packet_to_forward(&frame, far) {
                        // A black hole: nobody hears of what is too long.
                        let _: Delivery = own.concentrator.deliver(&packet);
                    }
                }
                own.next_at = own.concentrator.poll(now);
                while let Some(packet) = own.concentrator.next_packet() {
                    moved = true;
                    own.far.forward(packet, far);
                }
                while let Some(frame) = own.concentrator.next_frame() {
                    moved = true;
                    self.onlooker.look(now, From::Concentrator, &frame);
                    near.send(frame);
                }
            }
        }
        Ok(moved)
    }

    fn next_at(&self) -> Option<Duration> {
        match &self.machine {
            Machine::Linux(_) => None,
            Machine::InProcess(own) => [own.next_at, own.far.next_at()].into_iter().flatten().min(),
        }
    }

    fn sources(&self) -> Vec<BorrowedFd<'_>> {
        match &self.machine {
            Machine::Linux(guest) => guest.sources().to_vec(),
            Machine::InProcess(_) => Vec::new(),
        }
    }

    fn lost(&self) -> u64 {
        match &self.machine {
            Machine::Linux(guest) => guest.lost(),
            Machine::InProcess(_) => 0,
        }
    }
}
