//! The dry run of a service of somebody else's: its page is read once, and what it says is judged.

use db::vendor_pages::{self, VendorPage};
use domain::{
    fields::Fields,
    incident::Severity,
    observation::Observation,
    service::ServiceConfig,
    vendor::{Component, VendorTarget},
    verdict::Verdict,
};
use statuspage_parser::Source;
use statuspage_reader::judging::{Judgement, Named, judge, unread};
use url::Url;

use super::TestRunView;
use crate::{
    auth::{Editor, Member},
    input::service::{ServiceInput, vendor::placeholder},
    problem::Problem,
    routes::services::following::{chosen, is_what_it_was},
    state::AppState,
    vendor,
    view::{look::ObservationView, reason::ReasonView},
};

pub(super) async fn run(
    state: &AppState,
    member: &Member<Editor>,
    input: &ServiceInput,
    before: Option<ServiceConfig>,
) -> Result<TestRunView, Problem> {
    let before = before.as_ref().and_then(|config| config.target.vendor());
    let mut fields = Fields::default();
    let severity = input.partial_outage(&mut fields);
    let sent = input.addresses(&mut fields);
    let urls = sent.map(|sent| vendor::addresses(state, sent.texts, sent.field, &mut fields));
    if sent.is_none() && before.is_none() && fields.is_empty() {
        let reason = "must be sent, or else user_defined_urls";
        fields.push("status_page_api_urls", reason);
    }
    fields.finish(())?;
    let _turn = state.pace.probe_turn(member.user().id)?;
    let (page, source) = source(state, urls.as_deref(), before).await?;
    let now = state.clock.now();
    let read = vendor::read(state, &source, now).await;
    let usual = before.map_or(Severity::Down, |before| before.partial_outage_is);
    let target = |component| VendorTarget {
        component,
        partial_outage_is: severity.unwrap_or(usual),
        // Which page it is does not matter to what it says.
        ..placeholder()
    };
    let host = source.base.host_str().unwrap_or_default();
    let (stored_name, home) = match &page {
        Some(page) => (Some(page.name.as_str()), page.home.as_str()),
        None => (None, source.base.as_str()),
    };
    let judged = match &read {
        Ok(read) => {
            let component = component(&read.page, input, before)?;
            let name = stored_name.or(read.page.name.as_deref()).unwrap_or(host);
            judge(&read.page, Named { name, home }, &target(component), now)
        }
        Err(failed) => {
            let named = Named {
                name: stored_name.unwrap_or(host),
                home,
            };
            let component = before.and_then(|before| before.component.clone());
            let why = (failed.code, failed.reason.as_str());
            unread(named, &target(component), why, None)
        }
    };
    Ok(view(judged))
}

/// How the page is read: as it is kept, or by the addresses alone.
async fn source(
    state: &AppState,
    urls: Option<&[Url]>,
    before: Option<&VendorTarget>,
) -> Result<(Option<VendorPage>, Source), Problem> {
    let mut conn = state.db.acquire().await?;
    let page = match (urls, before) {
        (Some(urls), _) => {
            let texts: Vec<String> = urls.iter().map(ToString::to_string).collect();
            vendor_pages::find_by_urls(&mut conn, &texts).await?
        }
        (None, Some(before)) => vendor_pages::find(&mut conn, before.page).await?,
        (None, None) => None,
    };
    drop(conn);
    let kept = page.as_ref().and_then(vendor::source_of);
    let given = || vendor::given(urls.or(before.map(|before| &before.urls[..]))?);
    let source = kept.or_else(given);
    let source = source.ok_or_else(|| Problem::field("status_page_api_urls", "must be sent"))?;
    Ok((page, source))
}

fn component(
    page: &statuspage_parser::Page,
    input: &ServiceInput,
    before: Option<&VendorTarget>,
) -> Result<Option<Component>, Fields> {
    let part = input.part();
    match before {
        Some(before) if is_what_it_was(part, before.component.as_ref()) => {
            Ok(before.component.clone())
        }
        _ => chosen(page, part),
    }
}

fn view(judged: Judgement) -> TestRunView {
    let said = judged.said.as_ref();
    let sentence = match (&judged.failure, said) {
        (Some(failure), _) => failure.sentence(),
        (None, Some(said)) => {
            let what = said.component.as_deref().unwrap_or("everything");
            format!("{} reports that {what} is operational.", said.page)
        }
        (None, None) => "It could be read.".to_owned(),
    };
    let failed = judged.said.is_none() && judged.verdict == Verdict::Unknown;
    let seen = Observation {
        failure: judged.failure.clone().filter(|_| failed),
        vendor: judged.said.map(Box::new),
        ..Observation::default()
    };
    TestRunView {
        verdict: judged.verdict.as_str(),
        sentence,
        reason: judged.failure.as_ref().map(ReasonView::from),
        status_code: None,
        response_time: None,
        observation: ObservationView::from(&seen),
    }
}
