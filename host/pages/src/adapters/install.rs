use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::response::Response;
use entrepot_web::Problem;

use crate::AppState;
use crate::failure::Failure;
use crate::forms::unreadable;
use crate::frame::see;
use crate::kit::{address, segment};
use crate::visitor::Somebody;

/// The file is installed and waits for approval: the way leads to the review.
pub(crate) async fn handler(
    State(app): State<AppState>,
    somebody: Somebody,
    request: Request,
) -> Result<Response, Failure> {
    let (head, body) = request.into_parts();
    let read = async |body| artifact(Request::from_parts(head, body)).await;
    let bytes = app.visitors.receive_upload(body, read).await??;
    let installed = app.cases.services.admission().install(bytes, somebody.actor()).await?;
    let path = format!("/adapters/{}/approve", segment(&installed.adapter_id));
    Ok(see(address(&path, &[("version", &installed.version)])))
}

/// Of a form that is there as a whole.
async fn artifact(request: Request) -> Result<Bytes, Failure> {
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| unreadable("the form cannot be read", error.status(), &error.body_text()))?;
    let broken = |error: axum::extract::multipart::MultipartError| {
        unreadable("the file did not come whole", error.status(), &error.body_text())
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("artifact") {
            continue;
        }
        let bytes = field.bytes().await.map_err(broken)?;
        if bytes.is_empty() {
            return Err(Problem::bad_request("choose the file of an adapter, <id>-<version>.wasm").into());
        }
        return Ok(bytes);
    }
    Err(Problem::bad_request("the form has no field `artifact`").into())
}
