//! The host of the soak, a process that can be killed.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use entrepot_tests::{App, entrepot_program};

pub(super) struct SoakHost {
    pub(super) address: String,
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl SoakHost {
    pub(super) fn start(app: &App) -> Self {
        let program = entrepot_program();
        let mut command = Command::new(program.with_file_name("entrepot-soak-host"));
        command.env_clear().envs(app.environment.iter().map(|(name, value)| (name, value)));
        command.env("ENTREPOT_PROGRAM", &program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the host starts");
        let stdin = child.stdin.take().expect("its stdin");
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let mut host = Self { address: String::new(), child, stdin, stdout };
        host.address = host.hear().expect("it says where it serves");
        host
    }

    /// Says what time it is.
    pub(super) fn set_time(&mut self, now: i64) {
        writeln!(self.stdin, "={now}").expect("it listens");
        self.hear().expect("it knows");
    }

    /// Lets it do what is due at this time.
    pub(super) fn tell(&mut self, now: i64) {
        writeln!(self.stdin, "{now}").expect("it listens");
    }

    /// Its next line; `None`: it is gone.
    pub(super) fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stdout.read_line(&mut line).unwrap_or(0);
        (read > 0).then(|| line.trim().to_owned())
    }

    /// As the kernel does it when memory is short.
    pub(super) fn kill(mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for SoakHost {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
