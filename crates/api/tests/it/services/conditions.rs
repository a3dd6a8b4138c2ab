//! Changes that are meant for one revision only.

use serde_json::json;
use sqlx::PgPool;

use super::{add, path, shop};
use crate::world::World;

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_change_meant_for_an_older_revision_is_refused(pool: PgPool) {
    let world = World::start(pool).await;
    let mut person = world.operator().await;
    let service = add(&person, shop()).await;
    let etag = person.get(&path(&service)).await.header("etag").to_owned();
    person.headers.push(("if-match", etag));
    let first = person
        .put(&path(&service), json!({ "name": "A" }))
        .await
        .expect(200);
    assert_eq!(first.header("etag"), "\"2\"");
    let second = person
        .put(&path(&service), json!({ "name": "B" }))
        .await
        .expect(412);
    assert_eq!(second.header("content-type"), "application/problem+json");
    assert_eq!(person.get(&path(&service)).await.body["name"], "A");
    person.headers = vec![("if-match", "\"9\", \"2\"".to_owned())];
    person
        .put(&path(&service), json!({ "name": "C" }))
        .await
        .expect(200);
    person.headers = vec![("if-match", "*".to_owned())];
    person
        .put(&path(&service), json!({ "name": "D" }))
        .await
        .expect(200);
}
