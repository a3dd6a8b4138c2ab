//! A page as text, for snapshots that people can read.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use statuspage_parser::{
    Page,
    page::{Affected, Component, Section},
};

/// More healthy components than this are counted instead of listed.
const LISTED: usize = 12;

pub(crate) fn now() -> DateTime<Utc> {
    "2026-10-01T10:00:00Z".parse().expect("a time")
}

pub(crate) fn render(page: &Page) -> String {
    let mut text = String::new();
    let out = &mut text;
    let raw = page.overall.raw.as_deref().unwrap_or("derived");
    let url = page.url.as_deref().unwrap_or("-");
    line(
        out,
        &format!("{} · {:?} · {url}", page.provider.id(), page.name),
    );
    line(
        out,
        &format!("overall {} ({raw})", page.overall.meaning.as_str()),
    );
    line(out, &format!("components: {}", state(&page.components)));
    components(out, page);
    incidents(out, page);
    maintenances(out, page);
    for warning in &page.warnings {
        line(
            out,
            &format!("warning {:?}: {}", warning.kind, warning.detail),
        );
    }
    text
}

fn incidents(out: &mut String, page: &Page) {
    line(out, &format!("incidents: {}", state(&page.incidents)));
    for one in &page.incidents {
        let open = if one.is_open() { "open" } else { "closed" };
        let stale = if one.stale { ", stale" } else { "" };
        let phase = format!("{:?} ({:?})", one.phase.meaning, one.phase.raw);
        let impact = format!("{:?} ({:?})", one.impact.meaning, one.impact.raw);
        line(
            out,
            &format!(
                "  {open} {} {:?}: {phase}, {impact}{stale}",
                one.id, one.name
            ),
        );
        line(
            out,
            &format!("    {} – {}", time(one.started_at), time(one.resolved_at)),
        );
        line(
            out,
            &format!("    {:?}: {}", one.link, affected(&one.affected)),
        );
        for update in &one.updates {
            line(
                out,
                &format!(
                    "    {} {:?} {:?}",
                    time(update.at),
                    update.phase,
                    update.text
                ),
            );
        }
    }
}

fn maintenances(out: &mut String, page: &Page) {
    line(out, &format!("maintenance: {}", state(&page.maintenances)));
    for one in &page.maintenances {
        let active = if one.is_active(now()) {
            "active"
        } else {
            "not active"
        };
        let phase = format!("{:?} ({:?})", one.phase.meaning, one.phase.raw);
        line(
            out,
            &format!("  {active} {} {:?}: {phase}", one.id, one.name),
        );
        line(
            out,
            &format!(
                "    {} – {}",
                time(one.scheduled_for),
                time(one.scheduled_until)
            ),
        );
        line(
            out,
            &format!("    {:?}: {}", one.link, affected(&one.affected)),
        );
    }
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("a string takes all");
}

fn state<T>(section: &Section<T>) -> String {
    match section {
        Section::NotAttempted => "not attempted".to_owned(),
        Section::Available(items) => items.len().to_string(),
        Section::NoneReported => "none reported".to_owned(),
        Section::Unsupported => "unsupported".to_owned(),
        Section::Failed(reason) => format!("failed: {reason}"),
    }
}

fn components(out: &mut String, page: &Page) {
    let all = page.components.as_slice();
    let quiet = |component: &Component| component.status.raw.is_none();
    let hide = all.len() > LISTED * 2;
    for component in all.iter().filter(|component| !hide || !quiet(component)) {
        let mut path = component.group_path.join(" / ");
        path.push_str(if path.is_empty() { "" } else { " / " });
        let effective = page.effective(component);
        let floor = effective.floor.map_or_else(String::new, |incident| {
            format!(" → {} by {}", effective.level.as_str(), incident.id)
        });
        let marks = [
            (component.is_group, " group"),
            (component.hidden, " hidden"),
        ];
        let marks: String = marks
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, mark)| *mark)
            .collect();
        line(
            out,
            &format!(
                "  {} {path}{}: {} ({:?}){floor}{marks}",
                component.key,
                component.name,
                component.status.meaning.as_str(),
                component.status.raw
            ),
        );
    }
    if hide {
        line(
            out,
            &format!(
                "  … and {} without a word of their own",
                all.iter().filter(|component| quiet(component)).count()
            ),
        );
    }
}

fn affected(affected: &[Affected]) -> String {
    let one = |one: &Affected| {
        let key = one.key.as_ref().map_or("?", |key| key.as_str());
        let name = one.name.as_deref().unwrap_or("-");
        let level = one.level.as_ref().map_or("-", |said| said.meaning.as_str());
        format!("{key} {name:?} {level}")
    };
    affected.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn time(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(
        || "-".to_owned(),
        |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}
