//! Who is asking, as extractors: what a handler may do stands in its signature.

use std::marker::PhantomData;

use axum::{extract::FromRequestParts, http::request::Parts};
use db::{
    memberships::{Membership, Role},
    sessions::{self, Live, Session},
    users::User,
};
use domain::id::{SessionId, UserId, WorkspaceId};

use crate::{problem::Problem, state::AppState};

/// A person with a live session; asked of the database on every request, so that signing out counts at once.
#[derive(Clone, Debug)]
pub struct SignedIn(Live);

impl SignedIn {
    pub fn user(&self) -> &User {
        &self.0.user
    }

    pub fn id(&self) -> UserId {
        self.0.user.id
    }

    pub fn session(&self) -> &Session {
        &self.0.session
    }

    pub fn session_id(&self) -> SessionId {
        self.0.session.id
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let auth = &state.auth;
        let now = state.clock.now();
        let access = auth
            .cookies
            .access(&parts.headers)
            .find_map(|token| auth.tokens.read_access(token, now))
            .ok_or(Problem::Unauthorized)?;
        let mut conn = state.db.acquire_to_read().await?;
        let live = sessions::find_live(&mut conn, access.session, now).await?;
        conn.pass_on();
        let live = live
            .filter(|live| live.user.id == access.user)
            .ok_or(Problem::Unauthorized)?;
        let signed_in = Self(live);
        state.pace.request_of(signed_in.id())?;
        // A handler may ask for several extractors; one look is enough.
        parts.extensions.insert(signed_in.clone());
        Ok(signed_in)
    }
}

/// A role as a type, for `Member<R>`.
pub trait AtLeast: Send + Sync + 'static {
    const ROLE: Role;
}

/// May look.
#[derive(Clone, Copy, Debug)]
pub struct Viewer;
/// May look and change services.
#[derive(Clone, Copy, Debug)]
pub struct Editor;
/// May do everything in the workspace.
#[derive(Clone, Copy, Debug)]
pub struct Owner;

impl AtLeast for Viewer {
    const ROLE: Role = Role::Viewer;
}

impl AtLeast for Editor {
    const ROLE: Role = Role::Editor;
}

impl AtLeast for Owner {
    const ROLE: Role = Role::Owner;
}

/// Proof that the caller may act in a workspace with at least the role `R`. Only this module can make one, and it is
/// the only way to a `WorkspaceId` for a query.
#[derive(Clone, Debug)]
pub struct Member<R> {
    membership: Membership,
    signed_in: SignedIn,
    role: PhantomData<R>,
}

impl<R> Member<R> {
    pub fn workspace(&self) -> WorkspaceId {
        self.membership.workspace
    }

    /// Name of the workspace.
    pub fn workspace_name(&self) -> &str {
        &self.membership.name
    }

    /// The actual role, which may be higher than the one that was asked for.
    pub fn role(&self) -> Role {
        self.membership.role
    }

    /// Whether the caller has at least the role `Q`, where what is shown depends on it.
    pub fn is_at_least<Q: AtLeast>(&self) -> bool {
        self.membership.role >= Q::ROLE
    }

    pub fn user(&self) -> &User {
        self.signed_in.user()
    }

    pub fn session_id(&self) -> SessionId {
        self.signed_in.session_id()
    }

    /// The session as it was when the request came.
    pub fn session(&self) -> &Session {
        self.signed_in.session()
    }
}

impl<R: AtLeast> FromRequestParts<AppState> for Member<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let signed_in = SignedIn::from_request_parts(parts, state).await?;
        let membership = signed_in.0.membership.clone();
        let membership = membership.ok_or(Problem::Forbidden("You belong to no workspace."))?;
        if membership.role < R::ROLE {
            return Err(Problem::Forbidden(
                "Your role in this workspace does not allow that.",
            ));
        }
        Ok(Self {
            membership,
            signed_in,
            role: PhantomData,
        })
    }
}

/// Somebody who sees system health and installation settings. Not a role in any workspace.
#[derive(Clone, Debug)]
pub struct Operator(SignedIn);

impl Operator {
    pub fn user(&self) -> &User {
        self.0.user()
    }
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let signed_in = SignedIn::from_request_parts(parts, state).await?;
        if signed_in.user().is_operator {
            Ok(Self(signed_in))
        } else {
            Err(Problem::Forbidden(
                "Only operators of this installation may see that.",
            ))
        }
    }
}
