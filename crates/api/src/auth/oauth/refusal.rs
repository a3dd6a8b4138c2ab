//! Why a sign-in through a provider ended at `/login?error=<code>`: the codes and what the page says about each.
//!
//! | code | sentence |
//! |---|---|
//! | `denied` | You chose not to share your account. Nothing was changed. |
//! | `state` | This sign-in took too long, was used before, or began in another browser or under another address. Start again. |
//! | `code` | The provider did not accept this sign-in (any more). Start again. |
//! | `email_unverified` | Your account there has no verified e-mail address. Verify it there, then sign in again. |
//! | `provider` | The provider does not answer as it should. Try again in a minute. |
//! | `sign_up_closed` | You have no account here, and this installation makes none by itself. Ask whoever runs it. |
//! | `not_allowed` | Your address is not among those that may sign up here. Ask whoever runs this installation. |
//! | `account_exists` | An account with this e-mail address exists. Sign in as before, then link the provider on your account page. |
//! | `linked_elsewhere` | That provider account belongs to another account here. |
//! | `link_sign_in` | Sign in first; then link the provider on your account page. |
//! | `link_origin` | Linking has to begin on your account page. |
//! | `not_configured` | This installation does not offer that way to sign in. |
//! | `too_many` | Too many attempts. Wait a minute. |
//! | `unavailable` | The database cannot be reached right now. Try again in a moment. |
//! | `internal` | Something went wrong on our side. It is in the log. |

use crate::problem::Problem;

/// Why somebody was not signed in, or a provider not linked.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the person refused at the provider")]
    Denied,
    #[error("the state is missing, foreign, run out or used before")]
    State,
    #[error("the provider refused the code")]
    Code,
    #[error("the provider vouches for no address")]
    EmailUnverified,
    #[error("the provider failed")]
    Provider,
    #[error("sign-up is closed")]
    SignUpClosed,
    #[error("the address is not on the allowlist")]
    NotAllowed,
    #[error("the address has an account already")]
    AccountExists,
    #[error("the identity belongs to somebody else")]
    LinkedElsewhere,
    #[error("linking needs the session that began it")]
    LinkSignIn,
    #[error("linking did not begin on a page of ours")]
    LinkOrigin,
    #[error("the provider is not configured")]
    NotConfigured,
    #[error("too many attempts")]
    TooMany,
    #[error("Postgres is away")]
    Unavailable,
    #[error("{0}")]
    Internal(#[source] anyhow::Error),
}

impl Refusal {
    /// The word in the address of the login page.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::State => "state",
            Self::Code => "code",
            Self::EmailUnverified => "email_unverified",
            Self::Provider => "provider",
            Self::SignUpClosed => "sign_up_closed",
            Self::NotAllowed => "not_allowed",
            Self::AccountExists => "account_exists",
            Self::LinkedElsewhere => "linked_elsewhere",
            Self::LinkSignIn => "link_sign_in",
            Self::LinkOrigin => "link_origin",
            Self::NotConfigured => "not_configured",
            Self::TooMany => "too_many",
            Self::Unavailable => "unavailable",
            Self::Internal(_) => "internal",
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Unavailable => Self::Unavailable,
            Problem::TooMany(_) => Self::TooMany,
            Problem::Internal(error) => Self::Internal(error),
            other => Self::Internal(anyhow::anyhow!("{other}")),
        }
    }
}

impl From<db::Error> for Refusal {
    fn from(error: db::Error) -> Self {
        Problem::from(error).into()
    }
}
