//! The OpenAPI document made from the handlers, and a page to read it on.

use utoipa::{
    OpenApi as _,
    openapi::{
        RefOr,
        schema::{Schema, SchemaType, Type},
    },
};

use crate::routes;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "PulseCheck API",
    description = "Services, checks and incidents of one workspace. Sign in first: the two cookies authenticate every call. \
        Errors are problem documents (RFC 9457).",
    license(name = "MIT", identifier = "MIT")
))]
pub(crate) struct Document;

/// The document of every route.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes::router().split_for_parts().1;
    for (name, schema) in document
        .components
        .iter_mut()
        .flat_map(|all| &mut all.schemas)
    {
        // In answers null is written, not left out; in requests what is absent stays as it is.
        if !(name.ends_with("Input") || name.ends_with("Filter")) {
            require_nullable(schema);
        }
    }
    document
}

fn require_nullable(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let nullable = object
                .properties
                .iter()
                .filter(|(_, field)| is_nullable(field));
            let mut required: Vec<String> = nullable.map(|(name, _)| name.clone()).collect();
            required.retain(|name| !object.required.contains(name));
            object.required.append(&mut required);
        }
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(require_nullable),
        _ => {}
    }
}

fn is_nullable(schema: &RefOr<Schema>) -> bool {
    let has_null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => has_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => has_null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(is_nullable),
        _ => false,
    }
}

/// As it stands in `docs/openapi.json`.
pub fn document() -> String {
    openapi().to_pretty_json().unwrap_or_default()
}

pub(crate) fn base() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
