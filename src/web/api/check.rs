//! `POST /api/v1/check {text, source_text}`: the whole text is one quotation.

use super::{Answer, Body};
use crate::app::compute;
use crate::quote::{Asked, Held, Kind, Prepared, Report, Stands, differences, judge, places};
use crate::web::signed_in::Bearer;
use crate::{Error, Result};
use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
pub(in crate::web) struct Question {
    text: String,
    source_text: String,
}

const MOST: usize = 1 << 20;

pub(in crate::web) async fn check(
    Bearer(who): Bearer,
    Body(question): Body<Question>,
) -> Answer<Json<Value>> {
    who.ok_or(Error::SignIn)?;
    if question.text.len() + question.source_text.len() > MOST {
        return Err(Error::TooLarge("Text and source together may be one megabyte.".into()).into());
    }
    if question.text.trim().is_empty() {
        return Err(Error::Invalid("text is empty: there is nothing to look for.".into()).into());
    }
    let report = compute(move || report(question)).await??;
    Ok(Json(json!({ "quotations": [report] })))
}

fn report(Question { text, source_text }: Question) -> Result<Report> {
    let held = match source_text.trim().is_empty() {
        true => Held::NoText(None),
        false => Held::Texts(vec![Arc::new(Prepared::new(None, source_text, false, "", String::new()))]),
    };
    let asked = Asked { kind: Kind::Quotation, words: text.clone(), speaker: None, transcript: None };
    let judgement = judge::judge(&[asked], |_| &held).pop().flatten();
    let judgement = judgement.ok_or_else(|| Error::Internal("a text that is held was not judged".into()))?;
    Ok(Report {
        line: 1,
        text,
        speaker: None,
        kind: Kind::Quotation,
        verdict: Some(judgement.ruling),
        cut: judgement.cut().as_str().into(),
        material: judgement.material(),
        stands: judgement.stands().map(Stands::of),
        source: None,
        capture: None,
        spans: judgement.finding.iter().flat_map(places).collect(),
        changes: judgement.finding.iter().flat_map(differences).collect(),
    })
}
