//! Products as they are to stand on channels.

mod adopt;
mod change;
mod check;
mod conflicts;
mod create;
mod end;
mod history;
mod list;
mod many;
mod push;
mod rule;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) use adopt::AdoptedListings;
pub(crate) use many::{AskedFieldsView, ChangedListingsView, DraftedListingsView, FoundCategoriesView};
pub(crate) use view::ListingView;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::handler))
        .routes(routes!(create::handler))
        .routes(routes!(list::get, change::handler, change::remove))
        .routes(routes!(check::handler))
        .routes(routes!(push::handler))
        .routes(routes!(adopt::handler))
        .routes(routes!(end::handler))
        .routes(routes!(history::handler))
        .routes(routes!(rule::get, rule::set))
        .routes(routes!(rule::plan))
        .routes(routes!(rule::held, rule::allow))
        .routes(routes!(conflicts::list))
        .routes(routes!(conflicts::decide))
}
