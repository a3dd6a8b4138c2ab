//! Words of the contract, for its document: values that clients may rely on, added to but never renamed.

use utoipa::ToSchema;

/// Where a service stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ServiceStatus {
    Up,
    Degraded,
    Down,
    Unknown,
    Maintenance,
    Paused,
    Pending,
}

/// The verdict of one look.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum CheckStatus {
    Up,
    Degraded,
    Down,
    Unknown,
    Maintenance,
}

/// The worst that was seen on a day.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum DayStatus {
    Up,
    Degraded,
    Down,
    None,
}

/// How a service is looked at.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum MonitorType {
    HttpPing,
    StatusPage,
}

/// How bad an incident is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Severity {
    Degraded,
    Down,
}

/// The kind of an incident, by its worst.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum IncidentType {
    Downtime,
    Degraded,
}

/// Why an incident is over.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Resolution {
    Recovered,
    Paused,
    ConfigChanged,
    Deleted,
}

/// What happened in an incident.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum IncidentEventKind {
    Opened,
    SeverityChanged,
    VendorSaid,
    DependencyFailing,
    Acknowledged,
    Resolved,
}

/// The step of a look that was under way.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Phase {
    Dns,
    Tcp,
    Tls,
    Send,
    Ttfb,
    Body,
}

/// The request method.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

/// What an assertion looks at.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AssertionKind {
    BodyContains,
    BodyNotContains,
    BodyMatches,
    JsonExists,
    JsonEquals,
    HeaderEquals,
    HeaderContains,
}

/// What a member may do.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    Editor,
    Owner,
}

/// How well something works, by its vendor's word.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VendorLevel {
    Operational,
    Degraded,
    PartialOutage,
    MajorOutage,
    Maintenance,
    NotMonitored,
    Unknown,
}

/// How grave a vendor calls its incident.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VendorImpact {
    None,
    Minor,
    Major,
    Critical,
    Maintenance,
    Unknown,
}

/// How far a vendor is with its incident.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VendorIncidentPhase {
    Investigating,
    Identified,
    Monitoring,
    Resolved,
    Postmortem,
    Unknown,
}

/// How far a vendor is with its maintenance.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VendorMaintenancePhase {
    Scheduled,
    InProgress,
    Verifying,
    Completed,
    Cancelled,
    Unknown,
}

/// What a page's provider was told by.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Confidence {
    Host,
    Marker,
    Shape,
    Feed,
}

/// Why no status page was found.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AdviceCode {
    SwitchedOff,
    NoSuchPage,
    Private,
    Unreachable,
    Refused,
    EnterDataAddress,
}
