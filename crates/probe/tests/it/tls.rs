//! Handshakes and certificates, sound and otherwise.

use domain::{
    failure::{Detail, FailureCode, Phase},
    target::HttpTarget,
    verdict::Verdict,
};
use test_support::{Answer, Authority, Flaw, Issued, TlsMode, Upstream};

use crate::lab::{Lab, Look, days, hurried, noon, target};

const HOST: &str = "secure.lab.test";

async fn look_with(lab: &Lab, mode: TlsMode, change: impl FnOnce(&mut HttpTarget)) -> Look {
    let upstream = Upstream::start_tls(mode);
    lab.dns.set(HOST, Answer::address("127.0.0.1"));
    let mut target = target(&upstream.url_as(HOST, "/"));
    change(&mut target);
    lab.look(&target).await
}

async fn look(flaw: Flaw) -> Look {
    let lab = Lab::new().await;
    let issued = lab.authority.issue(&[HOST], flaw, noon());
    look_with(&lab, TlsMode::With(issued), |_| {}).await
}

async fn look_at(mode: TlsMode) -> Look {
    look_with(&Lab::new().await, mode, |_| {}).await
}

#[tokio::test]
async fn a_sound_certificate_is_up_and_recorded() {
    let look = look(Flaw::None).await;
    look.is_up();
    let certificate = look.seen.certificate.as_ref().unwrap();
    assert!(certificate.verified && certificate.faults.is_empty() && !certificate.self_signed);
    assert_eq!(
        (certificate.names[0].as_str(), certificate.issuer.as_str()),
        (HOST, "Test Authority")
    );
    assert_eq!(certificate.not_after, noon() + days(90));
    assert_eq!(
        (certificate.fingerprint.len(), certificate.presented),
        (64, 1)
    );
    assert!(look.seen.hops[0].timings.tls_us > 0 && look.seen.advisories.is_empty());
}

#[tokio::test]
async fn an_ended_certificate_is_tls_expired_with_its_date() {
    let look_ = look(Flaw::EndsAt(noon() - days(30))).await;
    look_.failed(FailureCode::TlsExpired);
    assert_eq!(look_.phase(), Some(Phase::Tls));
    let date = (noon() - days(30)).format("%Y-%m-%d").to_string();
    assert!(look_.sentence().contains(&date), "{}", look_.sentence());
    assert_eq!(
        look_.seen.certificate.as_ref().unwrap().not_after,
        noon() - days(30)
    );
    let middle = look(Flaw::ExpiredIntermediate).await;
    middle.failed(FailureCode::TlsExpired);
    assert!(
        middle.sentence().contains("intermediate"),
        "{}",
        middle.sentence()
    );
}

#[tokio::test]
async fn a_certificate_of_the_future_is_tls_not_yet_valid() {
    look(Flaw::BeginsAt(noon() + days(300)))
        .await
        .failed(FailureCode::TlsNotYetValid);
}

#[tokio::test]
async fn a_certificate_for_others_is_tls_name_mismatch() {
    let lab = Lab::new().await;
    let issued = lab.authority.issue(&["other.lab.test"], Flaw::None, noon());
    let look_ = look_with(&lab, TlsMode::With(issued), |_| {}).await;
    look_.failed(FailureCode::TlsNameMismatch);
    assert_eq!(
        look_.sentence(),
        format!("The certificate is for other.lab.test, not for {HOST}.")
    );
    look(Flaw::NoNames)
        .await
        .failed(FailureCode::TlsNameMismatch);
    let upstream = Upstream::start_tls(TlsMode::With(lab.authority.issue(
        &[HOST],
        Flaw::None,
        noon(),
    )));
    lab.get(&upstream.url("/"))
        .await
        .failed(FailureCode::TlsNameMismatch);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_tls_untrusted() {
    let own = look_at(TlsMode::With(Authority::self_signed(&[HOST], noon()))).await;
    own.failed(FailureCode::TlsUntrusted);
    assert!(own.sentence().contains("self-signed"), "{}", own.sentence());
    let stranger = Authority::new("Stranger").issue(&[HOST], Flaw::None, noon());
    let unknown = look_at(TlsMode::With(stranger)).await;
    unknown.failed(FailureCode::TlsUntrusted);
    assert!(
        unknown.sentence().contains("authority is unknown"),
        "{}",
        unknown.sentence()
    );
    let incomplete = look(Flaw::MissingIntermediate).await;
    incomplete.failed(FailureCode::TlsUntrusted);
    assert!(
        incomplete.sentence().contains("incomplete"),
        "{}",
        incomplete.sentence()
    );
}

#[tokio::test]
async fn a_certificate_for_another_purpose_is_tls_invalid_certificate() {
    look(Flaw::WrongPurpose)
        .await
        .failed(FailureCode::TlsInvalidCertificate);
}

#[tokio::test]
async fn every_fault_of_a_certificate_is_told() {
    let issued = Authority::new("Stranger").issue(
        &["other.lab.test"],
        Flaw::EndsAt(noon() - days(1)),
        noon(),
    );
    let look = look_at(TlsMode::With(issued)).await;
    look.failed(FailureCode::TlsExpired);
    let Detail::Certificate(fault) = &look.failure().detail else {
        panic!("{look:?}")
    };
    assert_eq!(
        fault.also,
        [FailureCode::TlsNameMismatch, FailureCode::TlsUntrusted]
    );
}

#[tokio::test]
async fn without_judging_the_certificate_is_recorded_with_its_faults() {
    let lab = Lab::new().await;
    let issued = lab
        .authority
        .issue(&["other.lab.test"], Flaw::EndsAt(noon() - days(30)), noon());
    let look = look_with(&lab, TlsMode::With(issued), |target| {
        target.tls_verify = false;
    })
    .await;
    look.is_up();
    let certificate = look.seen.certificate.as_ref().unwrap();
    assert!(!certificate.verified);
    assert_eq!(
        certificate.faults,
        [FailureCode::TlsExpired, FailureCode::TlsNameMismatch]
    );
}

#[tokio::test]
async fn an_old_server_is_tls_version() {
    look_at(TlsMode::Tls11)
        .await
        .failed(FailureCode::TlsVersion);
    look_at(TlsMode::Alert(70))
        .await
        .failed(FailureCode::TlsVersion);
}

#[tokio::test]
async fn http_on_the_https_port_is_tls_not_tls() {
    look_at(TlsMode::NotTls)
        .await
        .failed(FailureCode::TlsNotTls);
}

#[tokio::test]
async fn a_silent_handshake_is_tls_timeout() {
    let (lab, upstream) = (Lab::new().await, Upstream::start_tls(TlsMode::Hang));
    let look = lab.look(&hurried(&upstream.url("/"), 400)).await;
    look.failed(FailureCode::TlsTimeout);
    assert_eq!(look.phase(), Some(Phase::Tls));
}

#[tokio::test]
async fn a_broken_handshake_is_tls_handshake() {
    for mode in [
        TlsMode::Close,
        TlsMode::Reset,
        TlsMode::Alert(40),
        TlsMode::Alert(112),
    ] {
        look_at(mode).await.failed(FailureCode::TlsHandshake);
    }
}

#[tokio::test]
async fn a_wanted_client_certificate_is_tls_client_cert() {
    let lab = Lab::new().await;
    let issued = lab.authority.issue(&[HOST], Flaw::None, noon());
    let mode = TlsMode::ClientCertificate(issued, lab.authority.clone());
    look_with(&lab, mode, |_| {})
        .await
        .failed(FailureCode::TlsClientCert);
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_an_advisory_until_it_is_an_outage() {
    let lab = Lab::new().await;
    let issued: Issued = lab
        .authority
        .issue(&[HOST], Flaw::EndsAt(noon() + days(5)), noon());
    let upstream = Upstream::start_tls(TlsMode::With(issued));
    lab.dns.set(HOST, Answer::address("127.0.0.1"));
    let url = upstream.url_as(HOST, "/");
    let soon = lab.get(&url).await;
    soon.is_up();
    assert_eq!(soon.advisories(), [FailureCode::TlsExpiring]);
    assert!(
        soon.seen.advisories[0].sentence().contains("in 5 days"),
        "{:?}",
        soon.seen.advisories
    );
    lab.time.set(Some(noon() + days(6)));
    lab.get(&url).await.failed(FailureCode::TlsExpired);
}

#[tokio::test]
async fn a_stale_certificate_beside_a_good_one_is_an_advisory_and_hides_no_other() {
    let lab = Lab::new().await;
    let stale = lab
        .authority
        .issue(&["old.lab.test"], Flaw::EndsAt(noon() - days(30)), noon());
    for (flaw, codes) in [
        (Flaw::None, vec![FailureCode::TlsChainAdvisory]),
        (
            Flaw::EndsAt(noon() + days(5)),
            vec![FailureCode::TlsExpiring, FailureCode::TlsChainAdvisory],
        ),
    ] {
        let mut issued = lab.authority.issue(&[HOST], flaw, noon());
        issued.chain.push(stale.chain[0].clone());
        let look = look_with(&lab, TlsMode::With(issued), |_| {}).await;
        look.is_up();
        assert_eq!(look.advisories(), codes, "{flaw:?}");
    }
}

#[tokio::test]
async fn without_a_trustworthy_clock_dates_are_unknown_and_ours() {
    let lab = Lab::new().await;
    lab.time.set(None);
    let issued = lab.authority.issue(&[HOST], Flaw::None, noon());
    let look = look_with(&lab, TlsMode::With(issued), |_| {}).await;
    look.failed(FailureCode::InternalClock);
    assert_eq!(look.judgement.verdict, Verdict::Unknown);
}
