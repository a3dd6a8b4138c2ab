//! What a page means for one service: a verdict, why, and the vendor's words. Pure.

use chrono::{DateTime, Utc};
use domain::{
    failure::{Detail, Failure, FailureCode, VendorFault},
    incident::Severity,
    vendor::{self, Said, VendorTarget},
    verdict::Verdict,
};
use statuspage_parser::{
    Page,
    page::{Component, ComponentKey, Level, Located, Selection},
};

use said::{Followed, cut};

mod said;

/// How a page is called by people and where they find it.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    pub name: &'a str,
    pub home: &'a str,
}

/// What one reading, or its absence, means for one service.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub failure: Option<Failure>,
    /// The vendor has an open incident that names what is followed: no second reading is needed.
    pub linked: bool,
    pub said: Option<Said>,
}

/// The level of what is followed.
struct Stands<'a> {
    followed: Followed<'a>,
    level: Level,
    raw: Option<&'a str>,
    /// The component as it is called now.
    component: Option<String>,
}

/// Judges what was read.
pub fn judge(
    page: &Page,
    named: Named<'_>,
    target: &VendorTarget,
    now: DateTime<Utc>,
) -> Judgement {
    match stand(page, target.component.as_ref()) {
        Ok(stands) => of_level(page, named, target, (stands, now)),
        Err(lost) => {
            let component = target.component.as_ref().map(|one| one.name.clone());
            let fault = VendorFault {
                page: named.name.to_owned(),
                component: component.clone(),
                reason: lost.reason,
                ..VendorFault::default()
            };
            let said = Said {
                page: cut(named.name, 300),
                page_url: named.home.to_owned(),
                component,
                level: Level::Unknown.as_str().to_owned(),
                suggestions: lost.suggestions,
                ..Said::default()
            };
            Judgement {
                verdict: Verdict::Unknown,
                failure: Some(failure(lost.code, fault)),
                linked: false,
                said: Some(said),
            }
        }
    }
}

/// What it means that the page could not be read. What it said before is kept in view.
pub fn unread(
    named: Named<'_>,
    target: &VendorTarget,
    (code, reason): (FailureCode, &str),
    said: Option<Said>,
) -> Judgement {
    let fault = VendorFault {
        page: named.name.to_owned(),
        component: target.component.as_ref().map(|one| one.name.clone()),
        reason: Some(cut(reason, 300)),
        ..VendorFault::default()
    };
    Judgement {
        verdict: Verdict::Unknown,
        failure: Some(failure(code, fault)),
        linked: false,
        said,
    }
}

/// The level of a component that was chosen, or of the page as a whole; `None` where the page does not tell.
pub fn level(page: &Page, component: Option<&vendor::Component>) -> Option<Level> {
    stand(page, component).ok().map(|stands| stands.level)
}

/// The title and address of the gravest open incident that names a component, or the page as a whole.
pub fn gravest(
    page: &Page,
    component: Option<&vendor::Component>,
) -> Option<(String, Option<String>)> {
    let stands = stand(page, component).ok()?;
    let linked = said::linked(page, stands.followed);
    let first = linked.into_iter().find(|incident| !incident.stale)?;
    Some((cut(&first.name, 300), first.url.clone()))
}

/// Why the level of a component cannot be told.
struct Lost {
    code: FailureCode,
    reason: Option<String>,
    suggestions: Vec<String>,
}

fn stand<'a>(page: &'a Page, component: Option<&vendor::Component>) -> Result<Stands<'a>, Lost> {
    let Some(chosen) = component else {
        return Ok(Stands {
            followed: Followed::Whole,
            level: page.overall.meaning,
            raw: page.overall.raw.as_deref(),
            component: None,
        });
    };
    let selection = Selection {
        key: ComponentKey::new(chosen.key.as_str()),
        group_path: chosen.group_path.clone(),
        name: chosen.name.clone(),
    };
    match page.locate(&selection) {
        Located::Found(found) => Ok(Stands {
            followed: Followed::Component(found),
            level: page.effective(found).level,
            raw: found.status.raw.as_deref(),
            component: Some(found.name.clone()),
        }),
        Located::AbsentIsOperational => Ok(Stands {
            followed: Followed::Absent,
            level: Level::Operational,
            raw: None,
            component: Some(chosen.name.clone()),
        }),
        Located::Ambiguous(several) => Err(missing(
            format!("{} components have this name", several.len()),
            &several,
        )),
        Located::Gone(like) => Err(missing("", &like)),
        Located::Unreadable(reason) => Err(Lost {
            code: FailureCode::SourceUnavailable,
            reason: Some(cut(reason, 300)),
            suggestions: Vec::new(),
        }),
    }
}

fn missing(reason: impl Into<String>, like: &[&Component]) -> Lost {
    let suggestions: Vec<String> = like.iter().take(5).map(|one| path(one)).collect();
    let mut reason = reason.into();
    if reason.is_empty() && !suggestions.is_empty() {
        reason = format!("it may be {} now", suggestions.join(" or "));
    }
    Lost {
        code: FailureCode::ComponentMissing,
        reason: Some(reason).filter(|reason| !reason.is_empty()),
        suggestions,
    }
}

/// A component with the groups around it, outermost first.
fn path(component: &Component) -> String {
    let mut path = component.group_path.join(" › ");
    if !path.is_empty() {
        path.push_str(" › ");
    }
    path.push_str(&component.name);
    cut(&path, 300)
}

fn of_level(
    page: &Page,
    named: Named<'_>,
    target: &VendorTarget,
    (stands, now): (Stands<'_>, DateTime<Utc>),
) -> Judgement {
    let linked = said::linked(page, stands.followed);
    let first = linked.iter().find(|incident| !incident.stale);
    let said = Said {
        component: stands.component.clone(),
        level: stands.level.as_str().to_owned(),
        raw: stands.raw.map(|raw| cut(raw, 300)),
        ..said::said(page, (named.name, named.home), stands.followed, now)
    };
    let (verdict, code) = verdict(stands.level, target.partial_outage_is);
    let failure = code.map(|code| {
        let fault = VendorFault {
            page: named.name.to_owned(),
            component: stands.component,
            raw: said.raw.clone(),
            incident: first.map(|incident| cut(&incident.name, 300)),
            reason: None,
        };
        failure(code, fault)
    });
    Judgement {
        verdict,
        failure,
        linked: first.is_some(),
        said: Some(said),
    }
}

fn verdict(level: Level, partial_outage_is: Severity) -> (Verdict, Option<FailureCode>) {
    match level {
        Level::Operational => (Verdict::Up, None),
        Level::Degraded => (Verdict::Degraded, Some(FailureCode::VendorDegraded)),
        Level::PartialOutage => {
            let verdict = match partial_outage_is {
                Severity::Down => Verdict::Down,
                Severity::Degraded => Verdict::Degraded,
            };
            (verdict, Some(FailureCode::VendorPartialOutage))
        }
        Level::MajorOutage => (Verdict::Down, Some(FailureCode::VendorMajorOutage)),
        Level::Maintenance => (Verdict::Maintenance, Some(FailureCode::VendorMaintenance)),
        Level::NotMonitored | Level::Unknown => {
            (Verdict::Unknown, Some(FailureCode::SourceUnknownStatus))
        }
    }
}

fn failure(code: FailureCode, fault: VendorFault) -> Failure {
    Failure {
        detail: Detail::Vendor(Box::new(fault)),
        ..Failure::bare(code)
    }
}

#[cfg(test)]
mod tests;
