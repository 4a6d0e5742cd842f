//! `t.me`: a channel as its web preview shows it. The address of a post is a shell without the text; the text is in the embed form
//! (`?embed=1&mode=tme`), whose view count differs each time. A deleted post says so at status 200, in both forms.

use super::{Answer, Asked, PIXEL};

/// The weekly briefing that `t.me/harbourmaster/418` holds, paragraph by paragraph, as HTML. [`BRIEFING`] is the same as words.
const BRIEFING_HTML: &str = "⚓️ From the weekly briefing of the harbour office<br/><br/>\
<b>Question:</b> The fishing cooperative <a href=\"https://cooperative.example/open-letter\">said</a> that the outer basin will be closed for a whole season. Is that so?<br/><br/>\
<b>Marta Lindqvist:</b> It is not. The basin stays open, as the <a href=\"https://ministry.example/releases/dredging\">release of the ministry</a> sets out, and only the fairway is narrowed.<br/><br/>\
We have put the dates on the board at the ferry stage and they are also in the <a href=\"https://ministry.example/releases/tide-tables\">tide tables</a>.<br/><br/>\
<b>Question:</b> Will the night ferry run in May?<br/><br/>\
<b>Marta Lindqvist:</b> The night ferry will run. Its timetable was <a href=\"https://ferry.example/night\">published</a> on Friday and nothing in it has changed since.<br/><br/>\
🌊 I would only ask small boats to keep to the western side. It is the calmer one, and the marks are lit.";

pub(super) fn answer(asked: &Asked) -> Answer {
    let embed = asked.query("embed").is_some();
    match asked.path() {
        "/harbourmaster" | "/s/harbourmaster" => channel(),
        "/harbourmaster/418" if embed => post(418, "2026-03-13T10:15:00+00:00", BRIEFING_HTML, asked.before),
        "/harbourmaster/418" => shell(418, "⚓️ From the weekly briefing of the harbour office"),
        "/harbourmaster/421" if embed => post(
            421,
            "2026-03-16T07:40:00+00:00",
            "The ice has left the inner harbour. The pilot boat goes out again from tomorrow morning, and the lightship \
             will be towed back to her station on the first calm day.",
            asked.before,
        ),
        "/harbourmaster/421" => shell(421, "The ice has left the inner harbour."),
        // 419 is deleted, and so is whatever else is asked for.
        path if path.starts_with("/harbourmaster/") && embed => deleted(),
        path if path.starts_with("/harbourmaster/") => shell_of_channel(),
        "/css/widget-frame.css" | "/css/telegram.css" => Answer::new(200, "text/css", "body{margin:0}"),
        "/file/photo.gif" => Answer::new(200, "image/gif", PIXEL),
        _ => Answer::not_found(),
    }
}

fn post(number: u32, date: &str, text: &str, asked_before: usize) -> Answer {
    let views = 1200 + 37 * asked_before;
    Answer::html(format!(
        r##"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Telegram Widget</title><base target="_blank">
<link href="/css/widget-frame.css?72" rel="stylesheet"></head>
<body class="widget_frame_base tgme_widget body_widget_post emoji_image nodark">
<div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="harbourmaster/{number}" data-view="eyJjIjotMTAw{views}">
 <div class="tgme_widget_message_user"><a href="https://t.me/harbourmaster"><i class="tgme_widget_message_user_photo bgcolor4"><img src="/file/photo.gif"></i></a></div>
 <div class="tgme_widget_message_bubble">
  <div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name" href="https://t.me/harbourmaster"><span dir="auto">Harbour Office</span></a></div>
  <div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>
  <div class="tgme_widget_message_footer js-message_footer">
   <div class="tgme_widget_message_link"><a href="https://t.me/harbourmaster/{number}" class="link_anchor flex_ellipsis"><span class="ellipsis">t.me/harbourmaster</span>/{number}</a></div>
   <div class="tgme_widget_message_info js-message_info"><span class="tgme_widget_message_views">{views}</span><span class="copyonly"> views</span><span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="https://t.me/harbourmaster/{number}"><time datetime="{date}" class="datetime">{date}</time></a></span></div>
  </div>
 </div>
</div>
<script src="https://telegram.org/js/widget-frame.js?63"></script>
</body></html>"##
    ))
}

/// What the bare address of a post shows: the channel's card and a button; the post's words only cut short, in the description.
fn shell(number: u32, opening: &str) -> Answer {
    Answer::html(format!(
        r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Telegram: View @harbourmaster</title>
<meta property="og:title" content="Harbour Office"><meta property="og:site_name" content="Telegram">
<meta property="og:description" content="{opening}…">
<meta property="og:image" content="https://t.me/file/photo.gif">
<link href="/css/telegram.css?241" rel="stylesheet"></head>
<body class="no_transition"><div class="tgme_page_wrap"><div class="tgme_body_wrap"><div class="tgme_page">
<div class="tgme_page_title"><span dir="auto">Harbour Office</span></div>
<div class="tgme_page_extra">2 413 subscribers</div>
<div class="tgme_page_widget_wrap" id="widget"><script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="harbourmaster/{number}" data-width="100%"></script></div>
<div class="tgme_page_action"><a class="tgme_action_button_new" href="tg://resolve?domain=harbourmaster&amp;post={number}">View in Telegram</a></div>
</div></div></div></body></html>"#
    ))
}

/// The bare address of a post that is gone still shows the channel's card.
fn shell_of_channel() -> Answer {
    shell(0, "News from the harbour office")
}

fn deleted() -> Answer {
    Answer::html(
        r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Telegram Widget</title></head>
<body class="widget_frame_base tgme_widget body_widget_post nodark">
<div class="tgme_widget_message js-widget_message"><div class="tgme_widget_message_error">Post not found</div></div>
</body></html>"#,
    )
}

fn channel() -> Answer {
    Answer::html(
        r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Harbour Office – Telegram</title>
<meta property="og:title" content="Harbour Office"></head><body>
<div class="tgme_channel_info_header_title"><span dir="auto">Harbour Office</span></div>
<section class="tgme_channel_history js-message_history">
<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="harbourmaster/421">
<div class="tgme_widget_message_text js-message_text" dir="auto">The ice has left the inner harbour.</div></div></div>
</section></body></html>"#,
    )
}
