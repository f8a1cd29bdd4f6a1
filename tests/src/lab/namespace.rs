//! A network namespace that belongs to a thread.

use std::fs::read_link;
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

use nix::sched::{CloneFlags, unshare};

type Job = Box<dyn FnOnce() + Send>;

/// A thread in a network namespace of its own, which runs what it is handed.
///
/// Sockets opened there stay in the namespace wherever they are used afterwards, and commands started
/// there run in it.
pub struct Namespace {
    name: &'static str,
    thread_id: u32,
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Namespace {
    /// Starts a thread and gives it an empty network namespace; `name` is for messages.
    ///
    /// # Panics
    /// With what to do, when this process may not make namespaces.
    #[must_use]
    pub fn new(name: &'static str) -> Namespace {
        let (jobs, inbox) = channel::<Job>();
        let (report, reported) = channel();
        let thread = Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let outcome = unshare(CloneFlags::CLONE_NEWNET).map(|()| own_thread_id());
                // The receiver waits for this one message, so the send cannot fail.
                let _ = report.send(outcome);
                for job in inbox {
                    job();
                }
            })
            .unwrap_or_else(|error| panic!("cannot start the thread of the {name}: {error}"));
        let thread_id = match reported.recv() {
            Ok(Ok(thread_id)) => thread_id,
            Ok(Err(error)) => panic!(
                "cannot make a network namespace for the {name}: {error}. \
                 Run the tests as root, or under `unshare -rn`"
            ),
            Err(_) => panic!("the thread of the {name} died before it could report"),
        };
        Namespace {
            name,
            thread_id,
            jobs: Some(jobs),
            thread: Some(thread),
        }
    }

    /// The kernel's id of the thread; `ip link ... netns ID` accepts it.
    #[must_use]
    pub fn thread_id(&self) -> u32 {
        self.thread_id
    }

    /// Runs `work` in the namespace and returns what it returned.
    ///
    /// # Panics
    /// When `work` does; its own message has been printed by then.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let (report, reported) = channel();
        let job: Job = Box::new(move || {
            // Nobody listens any more only when the caller is gone, and the result with it.
            let _ = report.send(work());
        });
        let sent = self
            .jobs
            .as_ref()
            .is_some_and(|jobs| jobs.send(job).is_ok());
        assert!(sent, "the thread of the {} is gone", self.name);
        match reported.recv() {
            Ok(result) => result,
            Err(_) => panic!("what was to run on the {} failed (see above)", self.name),
        }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // Without a sender the thread's loop ends, and the namespace goes with the thread.
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported by the call that caused it.
            let _ = thread.join();
        }
    }
}

fn own_thread_id() -> u32 {
    read_link("/proc/thread-self")
        .ok()
        .and_then(|link| link.file_name()?.to_str()?.parse().ok())
        .unwrap_or_else(|| panic!("/proc/thread-self does not name a thread; is /proc mounted?"))
}
