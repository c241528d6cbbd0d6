//! The API: what programs read and do, all of it in one list from which the router and the description
//! are made.
//!
//! | path | for |
//! | --- | --- |
//! | GET `/api/v1/leads`, `/leads/{id or number}` | leads with offers, reasons, clocks and history |
//! | POST `/api/v1/leads` | a lead in, like a submission |
//! | POST `/api/v1/leads/{id or number}/assign`, `/contact`, `/close` | what a press does |
//! | POST `/api/v1/reps/{id}/availability` | somebody is away |
//! | GET `/api/v1/reps`, `/reps/{id}` | who there is, when they can take a lead, what they carry |
//! | GET `/api/v1/teams`, `/routes` | who forms a line, and the rules in force |
//! | GET `/api/v1/stats` | the numbers of `/leadstats` |
//! | GET `/api/v1/openapi.json` | all of this for programs, without a token |

mod availability;
mod create;
mod experiments;
mod input;
mod lead;
mod leads;
mod openapi;
mod operation;
mod reps;
mod routes;
mod stats;
mod teams;
mod writing;

use std::sync::Arc;

use axum::Router;

use super::App;
use operation::{At, Call, Operation};

/// All that programs can ask for.
fn operations() -> impl Iterator<Item = Operation> {
    reading().into_iter().chain(doing())
}

fn at(id: &'static str, path: &'static str, summary: &'static str) -> At {
    At { id, path, summary }
}

fn reading() -> Vec<Operation> {
    vec![
        Operation::get(
            at("listLeads", "/api/v1/leads", "Leads, the newest first"),
            leads::list,
        ),
        Operation::get(
            at(
                "showLead",
                "/api/v1/leads/{lead}",
                "One lead, by its id or its number",
            ),
            leads::show,
        ),
        Operation::get(at("listReps", "/api/v1/reps", "Reps, by id"), reps::list),
        Operation::get(at("showRep", "/api/v1/reps/{rep}", "One rep"), reps::show),
        Operation::get(
            at(
                "listTeams",
                "/api/v1/teams",
                "Teams, as the configuration orders them",
            ),
            teams::list,
        ),
        Operation::get(
            at(
                "listRoutes",
                "/api/v1/routes",
                "The rules in force, in order",
            ),
            routes::list,
        ),
        Operation::get(
            at("showStats", "/api/v1/stats", "The numbers of `/leadstats`"),
            stats::show,
        ),
    ]
}

fn doing() -> Vec<Operation> {
    vec![
        Operation::post(
            at(
                "createLead",
                "/api/v1/leads",
                "A lead in, like a submission",
            ),
            create::create,
        ),
        Operation::post(
            at(
                "assignLead",
                "/api/v1/leads/{lead}/assign",
                "Gives a lead to a rep",
            ),
            writing::assign,
        ),
        Operation::post(
            at(
                "contactLead",
                "/api/v1/leads/{lead}/contact",
                "Notes an attempt to reach a lead",
            ),
            writing::contact,
        ),
        Operation::post(
            at(
                "stageLead",
                "/api/v1/leads/{lead}/stage",
                "Says how far a lead has come",
            ),
            writing::stage,
        ),
        Operation::post(
            at("closeLead", "/api/v1/leads/{lead}/close", "Ends a lead"),
            writing::close,
        ),
        Operation::post(
            at(
                "setAway",
                "/api/v1/reps/{rep}/availability",
                "A rep is away",
            ),
            availability::set,
        ),
    ]
}

/// The API's part of what is served.
pub(super) fn router() -> Router<Arc<App>> {
    let router = operations().fold(Router::new(), |router, operation| {
        router.route(operation.path, operation.route)
    });
    openapi::route(router)
}
