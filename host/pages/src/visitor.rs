//! Who looks at a page, and for whom it is made.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use entrepot_core::RequestContext;
use entrepot_domain::TenantId;
use entrepot_web::Problem;

use crate::failure::Failure;
use crate::frame::{Frame, Section};
use crate::theme;

pub(crate) struct Visitor {
    pub(crate) context: Arc<RequestContext>,
    theme: &'static str,
    here: String,
}

impl Visitor {
    pub(crate) fn tenant(&self) -> &TenantId {
        &self.context.tenant
    }

    pub(crate) fn frame(&self, section: Section, title: impl Into<String>) -> Frame {
        Frame::new(section, title.into(), self.theme, self.here.clone())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        // A page without the layer that says who asks is a mistake of ours, and answers nobody.
        let context = parts.extensions.get::<Arc<RequestContext>>().cloned().ok_or_else(Problem::internal)?;
        let here = parts.uri.path_and_query().map_or("/", |here| here.as_str()).to_owned();
        Ok(Self { context, theme: theme::chosen(&parts.headers), here })
    }
}
