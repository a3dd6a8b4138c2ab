//! Asking by mail whether an address is somebody's: a sealed link that works once, for a day, and not too many of them.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use db::{
    PgConnection,
    letters::verifying::{self, Asked},
    services,
    users::User,
    workers,
};
use domain::channel::parse_address;

/// How long the link works.
pub const LINK_LIFE: TimeDelta = TimeDelta::days(1);
/// How many messages one person may ask for, and within how long.
const PACE: [(usize, TimeDelta); 3] = [
    (1, TimeDelta::minutes(1)),
    (5, TimeDelta::hours(1)),
    (10, TimeDelta::days(1)),
];

/// How long somebody who asked at these times, the newest first, has to wait before asking again; none when they need not.
pub fn wait(asked: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<Duration> {
    let open_again = |(most, within): (usize, TimeDelta)| Some(*asked.get(most - 1)? + within);
    let at = PACE.into_iter().filter_map(open_again).max()?;
    (at - now).to_std().ok().filter(|wait| !wait.is_zero())
}

/// Asks the owner of a new account, where nobody vouches for the address and mail can be sent.
pub async fn greet(conn: &mut PgConnection, user: &User) -> db::Result<()> {
    let is_known = user.email_verified_at.is_some() || parse_address(&user.email).is_err();
    if !is_known && workers::send_mail(conn).await? {
        ask(conn, user, &user.email).await?;
    }
    Ok(())
}

/// Lets a message go to the address, which becomes the account's when its link is opened.
pub async fn ask(conn: &mut PgConnection, user: &User, address: &str) -> db::Result<()> {
    let now = services::now(&mut *conn).await?;
    verifying::insert(conn, user.id, address, now + LINK_LIFE).await?;
    Ok(())
}

/// The address that is to be verified: the one that was asked for last, or the account's own; none when there is nothing to do.
pub fn open_address<'a>(user: &'a User, asked: &'a Asked) -> Option<&'a str> {
    let other = asked.pending.as_deref();
    let other = other.filter(|address| !address.eq_ignore_ascii_case(&user.email));
    other.or_else(|| user.email_verified_at.is_none().then_some(&user.email))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_asks_more_than_once_a_minute_five_times_an_hour_and_ten_a_day() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        let wait_after = |minutes_ago: &[i64]| {
            let ago = |minutes: &i64| now - TimeDelta::minutes(*minutes);
            let asked: Vec<_> = minutes_ago.iter().map(ago).collect();
            wait(&asked, now).map(|wait| wait.as_secs() / 60)
        };
        assert_eq!(wait_after(&[]), None);
        assert_eq!(wait_after(&[0]), Some(1));
        assert_eq!(wait_after(&[1]), None);
        assert_eq!(wait_after(&[1, 2, 3, 4]), None);
        assert_eq!(wait_after(&[1, 2, 3, 4, 5]), Some(55));
        assert_eq!(wait_after(&[1, 2, 3, 4, 60]), None);
        let ten: Vec<i64> = (1..=10).map(|n| n * 61).collect();
        assert_eq!(wait_after(&ten), Some(24 * 60 - 610));
    }
}
