//! Tests that need a process, or a whole network, of their own: they start themselves again inside it.

use std::{
    env,
    process::{Command, Stdio},
};

/// Set in the process that a test started for itself.
const INSIDE: &str = "PULSECHECK_TEST_ALONE";

/// A network of one's own: loopback and nothing else. Public-looking addresses that are added to it never leave the machine.
pub struct OwnNetwork(());

impl OwnNetwork {
    /// Inside, the network. Outside it runs `test` again inside, fails if that fails, and gives nothing; neither does it
    /// where the system allows no network of one's own, which it says aloud.
    ///
    /// `test` is `concat!(module_path!(), "::", "name_of_the_test")`.
    pub fn enter(test: &str) -> Option<Self> {
        Self::enter_with(test, &[])
    }

    /// The same; inside, variables of the environment have the values of others, whose names stand second. Where one of those
    /// is not set, the test is left out as well.
    pub fn enter_with(test: &str, variables: &[(&str, &str)]) -> Option<Self> {
        if is_inside() {
            let network = Self(());
            network.ip("link set lo up");
            return Some(network);
        }
        let possible = succeeds("unshare", &["-rn", "true"]) && succeeds("ip", &["-V"]);
        if !possible {
            skip(
                test,
                "this system gives no network namespace to a user, or has no `ip` (package iproute2)",
            );
            return None;
        }
        let mut unshare = Command::new("unshare");
        unshare.arg("-rn");
        for (name, other) in variables {
            let Some(value) = env::var_os(other) else {
                skip(test, &format!("{other} is not set"));
                return None;
            };
            unshare.env(name, value);
        }
        again(test, &mut unshare);
        None
    }

    /// Adds addresses to the loopback interface.
    pub fn add(&self, addresses: &[&str]) {
        for address in addresses {
            if address.contains(':') {
                self.ip(&format!("-6 addr add {address}/128 dev lo nodad"));
            } else {
                self.ip(&format!("addr add {address}/32 dev lo"));
            }
        }
    }

    /// Runs `ip` with these words.
    ///
    /// # Panics
    /// When it refuses.
    pub fn ip(&self, words: &str) {
        let done = Command::new("ip").args(words.split(' ')).output();
        let done = done.expect("`ip` can be started");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "ip {words}: {said}");
    }
}

/// Inside, true. Outside it runs `test` again in a process that may have so many files open, fails if that fails, and gives
/// false.
pub fn with_few_files(test: &str, most: u32) -> bool {
    if is_inside() {
        return true;
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -n {most}; exec \"$@\""), "sh"]);
    again(test, &mut shell);
    false
}

/// Whether a program is there; where it is not, says aloud that the test was left out.
pub fn has_program(test: &str, program: &str, question: &str) -> bool {
    let there = succeeds(program, &[question]);
    if !there {
        skip(test, &format!("there is no program `{program}`"));
    }
    there
}

/// Whether this is the process that a test started for itself.
pub fn is_inside() -> bool {
    env::var_os(INSIDE).is_some()
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command.output().is_ok_and(|output| output.status.success())
}

/// Runs a test of this program again behind `command`.
fn again(test: &str, command: &mut Command) {
    let (_, name) = test.split_once("::").unwrap_or(("", test));
    let program = env::current_exe().expect("a test knows its program");
    command
        .arg(program)
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "yes");
    let output = command.output().expect("a test can be started again");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    let ran = said.contains("1 passed");
    assert!(output.status.success() && ran, "{said}\n{complained}");
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests has to see it")]
fn skip(test: &str, reason: &str) {
    eprintln!("LEFT OUT {test}: {reason}");
}
