//! Services that stand behind other services of their workspace.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{add, path, shop};
use crate::{browser::Browser, world::World};

async fn needs(person: &Browser, service: &Value) -> Value {
    person.get(&path(service)).await.expect(200).body["depends_on_services"].clone()
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn a_service_names_the_services_it_depends_on(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let database = add(
        &person,
        json!({ "name": "Database", "url": "https://db.example.com/" }),
    )
    .await;
    let mut body = shop();
    body["depends_on_services"] = json!([database["id"], database["id"]]);
    let service = add(&person, body).await;
    let shown = json!([{ "id": database["id"], "name": "Database", "status": "pending" }]);
    assert_eq!(needs(&person, &service).await, shown);
    person
        .put(&path(&service), json!({ "name": "B" }))
        .await
        .expect(200);
    assert_eq!(
        needs(&person, &service).await,
        shown,
        "what is not sent stays as it is"
    );
    let wish = json!({ "service_id": service["id"], "name": "Copy" });
    let copy = person.post("/api/services", wish).await.expect(201).body;
    assert_eq!(
        needs(&person, &copy).await,
        shown,
        "a copy depends on the same"
    );
    person
        .put(&path(&service), json!({ "depends_on_services": [] }))
        .await
        .expect(200);
    assert_eq!(needs(&person, &service).await, json!([]));
    person.delete(&path(&database)).await.expect(204);
    assert_eq!(needs(&person, &copy).await, json!([]));
}

#[sqlx::test(migrator = "db::MIGRATOR")]
async fn circles_strangers_and_too_many_are_named_by_their_place(pool: PgPool) {
    let world = World::start(pool).await;
    let person = world.operator().await;
    let other = world.person("other@example.com").await;
    let strange = add(&other, shop()).await;
    let [a, b, c] = [
        add(&person, shop()).await,
        add(&person, shop()).await,
        add(&person, shop()).await,
    ];
    for (service, needed) in [(&b, &a), (&c, &b)] {
        let body = json!({ "depends_on_services": [needed["id"]] });
        person.put(&path(service), body).await.expect(200);
    }
    let body = json!({ "name": "Changed", "depends_on_services": [strange["id"], a["id"], b["id"], c["id"]] });
    let refused = person.put(&path(&a), body).await.expect(422).body;
    assert_eq!(
        refused["errors"]["depends_on_services"],
        json!([
            "entry 1: is not a service of yours",
            "entry 2: is the service itself",
            "entry 3: depends on this service itself",
            "entry 4: depends on this service itself",
        ])
    );
    let shown = person.get(&path(&a)).await.expect(200).body;
    assert_eq!(
        (&shown["name"], &shown["depends_on_services"]),
        (&json!("Shop"), &json!([]))
    );
    let many = json!({ "depends_on_services": vec![b["id"].clone(); 11] });
    let refused = person.put(&path(&c), many).await.expect(422).body;
    assert_eq!(
        refused["errors"]["depends_on_services"],
        json!(["must be at most 10"])
    );
}
