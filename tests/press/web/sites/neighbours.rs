//! Plain pages of a few neighbours: what stories cite when nothing is to go wrong.

use super::{Answer, Asked};

pub(super) fn answer(asked: &Asked) -> Answer {
    match asked.url.split(['?', '#']).next().unwrap_or_default() {
        "https://cooperative.example/open-letter" => Answer::page(
            "Open letter of the fishing cooperative",
            "<p>We are told that the outer basin will be closed for a whole season, and we ask the ministry to say so plainly.</p>\
             <p>Forty-one boats land their catch there, and none of them can be moved to the lock.</p>",
        ),
        "https://ferry.example/night" => Answer::page(
            "The night ferry",
            "<p>The night ferry runs at 23.15 and 02.40 from May to September. Bicycles travel free of charge.</p>",
        ),
        "https://library.example/reading-room" => Answer::page(
            "The reading room",
            "<p>The reading room is open until ten in the evening. The lamps are turned low at half past nine, and nobody is \
             hurried.</p><p>We lend umbrellas as well as books.</p>",
        ),
        // Other wordings of the same page, each naming the other as the one that counts.
        "https://www.library.example/room" => canonical("https://library.example/room", "The map room"),
        "https://library.example/room" => canonical("https://www.library.example/room", "The map room"),
        // Claims to be a page of somebody else.
        "https://library.example/claims" => canonical("https://ferry.example/night", "The night ferry, copied"),
        "https://tram.example/linje" => Answer::page(
            "Spårvagnslinje 4",
            "<p>Linje fyra går var tionde minut från hamnen till biblioteket. På söndagar börjar trafiken klockan åtta och \
             slutar strax före midnatt. Resenärer ombeds att gå ombord genom de mittersta dörrarna.</p>",
        )
        .header("Content-Language", "sv"),
        _ => Answer::not_found(),
    }
}

fn canonical(of: &str, title: &str) -> Answer {
    Answer::html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><link rel=\"canonical\" href=\"{of}\"></head>\
         <body><h1>{title}</h1><p>The map room holds every chart of the estuary since the first survey, and they may all be unrolled.</p></body></html>"
    ))
}
