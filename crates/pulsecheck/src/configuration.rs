//! `docs/configuration.md`, made from the same definitions as `--help`, so that the two cannot differ.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::{Arg, Command};

const INTRODUCTION: &str = "# Configuration

Every setting is an environment variable and a command-line option; `--help` of each program shows the same. Nothing needs to be set to
start `pulsecheck`. A variable that ends in `_FILE` names a file that holds the value, for secrets that should not stand in the environment.

*Made by `make openapi` from the programs themselves; changes here are lost.*
";

/// The page for these programs and their subcommands. A setting stands once, in the first program that has it.
pub fn markdown(programs: &[Command]) -> String {
    let mut page = INTRODUCTION.to_owned();
    for program in programs {
        let mut program = program.clone();
        program.build();
        // Writing into a string cannot fail.
        write!(
            page,
            "\n## `{}`\n\n{}\n",
            program.get_name(),
            about(&program)
        )
        .ok();
        let mut known = BTreeSet::new();
        write_settings(&mut page, &program, &mut known);
        for command in program
            .get_subcommands()
            .filter(|command| !command.is_hide_set() && command.get_name() != "help")
        {
            write_command(&mut page, program.get_name(), command, &mut known);
        }
    }
    page
}

fn write_command(
    page: &mut String,
    program: &str,
    command: &Command,
    known: &mut BTreeSet<String>,
) {
    let name = format!("{program} {}", command.get_name());
    write!(page, "\n### `{name}`\n\n{}.\n", about(command)).ok();
    write_arguments(page, command);
    write_settings(page, command, known);
    for nested in command
        .get_subcommands()
        .filter(|nested| nested.get_name() != "help")
    {
        write_command(page, &name, nested, known);
    }
}

/// What has no variable: files, names, flags.
fn write_arguments(page: &mut String, command: &Command) {
    let plain = |argument: &&Arg| {
        argument.get_env().is_none()
            && !argument.is_hide_set()
            && !matches!(argument.get_id().as_str(), "help" | "version")
    };
    let arguments: Vec<&Arg> = command.get_arguments().filter(plain).collect();
    if !arguments.is_empty() {
        page.push('\n');
    }
    for argument in arguments {
        let name = argument.get_long().map_or_else(
            || format!("<{}>", argument.get_id().as_str().to_uppercase()),
            |long| format!("--{long}"),
        );
        writeln!(page, "- `{name}`: {}", help(argument)).ok();
    }
}

fn write_settings(page: &mut String, command: &Command, known: &mut BTreeSet<String>) {
    let mut heading = None;
    for argument in command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
    {
        let Some(variable) = argument
            .get_env()
            .map(|name| name.to_string_lossy().into_owned())
        else {
            continue;
        };
        if !known.insert(variable.clone()) {
            continue;
        }
        let group = argument.get_help_heading().unwrap_or("Settings");
        if heading != Some(group) {
            write!(
                page,
                "\n**{group}**\n\n| variable | option | default | what it is |\n|---|---|---|---|\n"
            )
            .ok();
            heading = Some(group);
        }
        let option = argument
            .get_long()
            .map(|long| format!("`--{long}`"))
            .unwrap_or_default();
        let defaults: Vec<String> = argument
            .get_default_values()
            .iter()
            .filter(|value| !value.is_empty())
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        writeln!(
            page,
            "| `{variable}` | {option} | {} | {} |",
            defaults.join(" "),
            help(argument).replace('|', "\\|")
        )
        .ok();
    }
}

fn about(command: &Command) -> String {
    command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn help(argument: &Arg) -> String {
    argument
        .get_help()
        .map(|text| text.to_string().replace('\n', " "))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_stands_once_with_its_default_and_its_sentence() {
        let port = Arg::new("port")
            .long("port")
            .env("PORT")
            .default_value("80")
            .help("Where a|b listens");
        let program = Command::new("p")
            .about("Does it")
            .arg(port.clone().global(true))
            .subcommand(Command::new("go").about("Goes"));
        let page = markdown(&[program]);
        assert_eq!(page.matches("`PORT`").count(), 1, "{page}");
        assert!(
            page.contains("| `PORT` | `--port` | `80` | Where a\\|b listens |"),
            "{page}"
        );
        assert!(page.contains("### `p go`\n\nGoes."), "{page}");
    }
}
