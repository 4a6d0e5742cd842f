//! Pictures as somebody sent them become pictures as readers get them: decoded and encoded anew, no larger than a page shows,
//! upright, in the colours of the web, and saying nothing of who took them where.
//!
//! Orientation is EXIF 2.3's tag 0x0112; Display P3 is turned to sRGB (both D65, one curve) by the usual matrix.

use crate::{Error, Result};
use std::io::Cursor;
use std::sync::LazyLock;

/// The longer side of what is kept: twice the widest column, for dense screens.
pub const LONGEST_SIDE: usize = 1920;
/// How wide the narrower one is: the column on a usual screen, the whole of a phone's.
pub const NARROW: usize = 960;
/// As large as feeds ask for pictures of people.
pub const PORTRAIT_SIDE: usize = 512;
/// Larger ones are refused before they are decoded: 50 megapixels take 200 MB.
const MOST_PIXELS: usize = 50_000_000;
/// All frames of a moving picture together.
const MOST_FRAME_PIXELS: usize = 200_000_000;
const MOST_MEMORY: usize = 4 * MOST_PIXELS;
const QUALITY: u8 = 82;

/// A picture fit to be kept.
#[derive(Debug)]
pub struct Picture {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
    pub ending: &'static str,
    pub width: usize,
    pub height: usize,
    /// The same, [`NARROW`], of what is much wider, stands still and takes more room.
    pub narrow: Option<Vec<u8>>,
}

/// How much of a picture is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// All of it, no longer than [`LONGEST_SIDE`].
    Whole,
    /// A still square of at most [`PORTRAIT_SIDE`], from the middle; of what stands tall, nearer to the top, where a face is.
    Portrait,
}

/// The picture that these bytes are; none where they are something else.
pub fn read(sent: &[u8], cut: Cut) -> Result<Option<Picture>> {
    let picture = match sent {
        [0xff, 0xd8, 0xff, ..] => jpeg(sent, cut)?,
        [0x89, b'P', b'N', b'G', ..] => png(sent, cut)?,
        [b'G', b'I', b'F', b'8', ..] => gif(sent, cut)?,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp(sent, cut)?,
        _ => return Ok(None),
    };
    Ok(Some(picture))
}

/// Rows from the top, RGB or RGBA.
struct Raster {
    width: usize,
    height: usize,
    channels: usize,
    pixels: Vec<u8>,
}

fn jpeg(sent: &[u8], cut: Cut) -> Result<Picture> {
    use zune_jpeg::zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .set_max_width(1 << 16)
        .set_max_height(1 << 16);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(sent), options);
    decoder.decode_headers().map_err(broken)?;
    let (width, height) = decoder.dimensions().ok_or_else(|| broken("no size"))?;
    check_size(width, height)?;
    check_scans(sent)?;
    let pixels = decoder.decode().map_err(broken)?;
    if pixels.len() != width * height * 3 {
        return Err(broken("not all of it is there"));
    }
    let turn = decoder.exif().map_or(1, |exif| orientation(exif));
    let wide = decoder.icc_profile().is_some_and(|profile| is_display_p3(&profile));
    let raster = Raster { width, height, channels: 3, pixels };
    let raster = finished(raster, turn, wide, cut);
    picture(raster, Form::Jpeg)
}

/// Refuses what the decoder would paint wrongly without a word: grey where the end is missing, without colour where a picture that
/// is not progressive sends its colours one after another.
fn check_scans(sent: &[u8]) -> Result<()> {
    let (mut at, mut colours_at_once) = (2, None);
    while let Some(&[0xff, marker, high, low]) = sent.get(at..at + 4) {
        match marker {
            0xff => {
                at += 1;
                continue;
            }
            // The frame's header: eight bytes in, how many colours it has.
            0xc0 | 0xc1 => colours_at_once = sent.get(at + 9).copied(),
            // The start of a scan: what follows is the picture. A thumbnail before it, in the metadata, has an end of its own.
            0xda => {
                return match colours_at_once {
                    Some(colours) if sent.get(at + 4) != Some(&colours) => {
                        Err(broken("its colours come one after another; save it once more"))
                    }
                    _ if sent[at..].windows(2).any(|pair| pair == [0xff, 0xd9]) => Ok(()),
                    _ => Err(cut_off()),
                };
            }
            _ => {}
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    Err(cut_off())
}

fn png(sent: &[u8], cut: Cut) -> Result<Picture> {
    let limits = png::Limits { bytes: MOST_MEMORY };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(sent), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let (width, height) = decoder.read_header_info().map_err(broken)?.size();
    let (width, height) = (width as usize, height as usize);
    check_size(width, height)?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or_else(|| too_large(width, height))?];
    let shown = reader.next_frame(&mut pixels).map_err(broken)?;
    pixels.truncate(shown.buffer_size());
    let info = reader.info();
    let turn = info.exif_metadata.as_deref().map_or(1, orientation);
    let wide = info.icc_profile.as_deref().is_some_and(is_display_p3);
    let (channels, pixels) = match shown.color_type {
        png::ColorType::Rgb => (3, pixels),
        png::ColorType::Rgba => (4, pixels),
        png::ColorType::Grayscale => (3, pixels.iter().flat_map(|&grey| [grey; 3]).collect()),
        png::ColorType::GrayscaleAlpha => {
            (4, pixels.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect())
        }
        png::ColorType::Indexed => return Err(broken("a palette where colours were asked for")),
    };
    still(Raster { width, height, channels, pixels }, turn, wide, cut)
}

fn webp(sent: &[u8], cut: Cut) -> Result<Picture> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(sent)).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    check_size(width, height)?;
    decoder.set_memory_limit(MOST_MEMORY);
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or_else(|| too_large(width, height))?];
    match decoder.is_animated() {
        true => drop(decoder.read_frame(&mut pixels).map_err(broken)?),
        false => decoder.read_image(&mut pixels).map_err(broken)?,
    }
    let turn = decoder.exif_metadata().ok().flatten().map_or(1, |exif| orientation(&exif));
    let wide = decoder.icc_profile().ok().flatten().is_some_and(|profile| is_display_p3(&profile));
    still(Raster { width, height, channels, pixels }, turn, wide, cut)
}

/// One that moves keeps its frames and palettes; one that does not is a picture like others.
fn gif(sent: &[u8], cut: Cut) -> Result<Picture> {
    let (mut decoder, mut frames, mut all) = (gif_decoder(sent, gif::ColorOutput::Indexed)?, Vec::new(), 0);
    let (width, height) = (decoder.width(), decoder.height());
    check_size(width.into(), height.into())?;
    while let Some(frame) = decoder.read_next_frame().map_err(broken)? {
        all += usize::from(frame.width) * usize::from(frame.height);
        if all > MOST_FRAME_PIXELS {
            return Err(Error::Invalid(
                "This moving picture has too many frames. Send it as a video, or fewer of them.".into(),
            ));
        }
        let mut frame = frame.clone();
        frame.interlaced = false;
        frames.push(frame);
    }
    if frames.len() < 2 || cut == Cut::Portrait {
        return still(first_frame(sent)?, 1, false, cut);
    }
    let palette = decoder.global_palette().unwrap_or_default().to_vec();
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &palette).map_err(broken)?;
    encoder.set_repeat(decoder.repeat()).map_err(broken)?;
    for frame in &frames {
        encoder.write_frame(frame).map_err(broken)?;
    }
    drop(encoder);
    let (width, height) = (width.into(), height.into());
    Ok(Picture { bytes, media_type: "image/gif", ending: "gif", width, height, narrow: None })
}

fn gif_decoder(sent: &[u8], colours: gif::ColorOutput) -> Result<gif::Decoder<Cursor<&[u8]>>> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(colours);
    options.check_frame_consistency(true);
    let most = (MOST_MEMORY as u64).try_into().map_err(broken)?;
    options.set_memory_limit(gif::MemoryLimit::Bytes(most));
    options.read_info(Cursor::new(sent)).map_err(broken)
}

fn first_frame(sent: &[u8]) -> Result<Raster> {
    let mut decoder = gif_decoder(sent, gif::ColorOutput::RGBA)?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    let mut pixels = vec![0; width * height * 4];
    let frame = decoder.read_next_frame().map_err(broken)?.ok_or_else(cut_off)?;
    let across = usize::from(frame.width);
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    for (y, row) in frame.buffer.chunks_exact((across * 4).max(1)).enumerate() {
        let from = ((top + y) * width + left) * 4;
        pixels
            .get_mut(from..from + row.len())
            .ok_or_else(|| broken("a frame beyond its edges"))?
            .copy_from_slice(row);
    }
    Ok(Raster { width, height, channels: 4, pixels })
}

fn check_size(width: usize, height: usize) -> Result<()> {
    match width.saturating_mul(height) {
        0 => Err(broken("it has no size")),
        pixels if pixels > MOST_PIXELS => Err(too_large(width, height)),
        _ => Ok(()),
    }
}

fn too_large(width: usize, height: usize) -> Error {
    Error::Invalid(format!(
        "This picture is {width} by {height} pixels; at most {} million pixels are taken. Make it smaller first.",
        MOST_PIXELS / 1_000_000
    ))
}

fn broken(why: impl std::fmt::Display) -> Error {
    Error::Invalid(format!("This picture cannot be read: it is cut off or broken ({why})."))
}

fn cut_off() -> Error {
    broken("its end is missing")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Jpeg,
    Png,
}

impl Form {
    fn encode(self, raster: &Raster) -> Result<Vec<u8>> {
        match self {
            Form::Jpeg => as_jpeg(raster),
            Form::Png => as_png(raster),
        }
    }
}

fn picture(raster: Raster, form: Form) -> Result<Picture> {
    let bytes = form.encode(&raster)?;
    of_bytes(raster, form, bytes)
}

fn of_bytes(raster: Raster, form: Form, bytes: Vec<u8>) -> Result<Picture> {
    let (width, height) = (raster.width, raster.height);
    let narrow = match width * 3 >= NARROW * 4 {
        true => {
            Some(form.encode(&shrunk(raster, width, NARROW))?).filter(|narrow| narrow.len() < bytes.len())
        }
        false => None,
    };
    let (media_type, ending) = match form {
        Form::Jpeg => ("image/jpeg", "jpg"),
        Form::Png => ("image/png", "png"),
    };
    Ok(Picture { bytes, media_type, ending, width, height, narrow })
}

/// A picture that came without loss stays so, unless it is a photograph: then a third of its bytes look the same.
fn still(raster: Raster, turn: u16, wide: bool, cut: Cut) -> Result<Picture> {
    let raster = opaque(finished(raster, turn, wide, cut));
    let lossless = as_png(&raster)?;
    if raster.channels == 3 {
        let photograph = as_jpeg(&raster)?;
        if photograph.len() * 3 < lossless.len() {
            return of_bytes(raster, Form::Jpeg, photograph);
        }
    }
    of_bytes(raster, Form::Png, lossless)
}

fn finished(raster: Raster, turn: u16, wide: bool, cut: Cut) -> Raster {
    let mut raster = match cut {
        Cut::Whole => {
            let longest = raster.width.max(raster.height);
            turned(shrunk(raster, longest, LONGEST_SIDE), turn)
        }
        Cut::Portrait => {
            let shortest = raster.width.min(raster.height);
            squared(turned(shrunk(raster, shortest, PORTRAIT_SIDE), turn))
        }
    };
    if wide {
        to_srgb(&mut raster);
    }
    raster
}

/// Without an alpha channel that says nothing.
fn opaque(raster: Raster) -> Raster {
    if raster.channels == 3 || raster.pixels.chunks_exact(4).any(|pixel| pixel[3] != 255) {
        return raster;
    }
    let pixels = raster.pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    Raster { channels: 3, pixels, ..raster }
}

/// So that a side is no longer than `most`: each pixel is the mean of what it covers, weighed by how much of it.
fn shrunk(from: Raster, measured: usize, most: usize) -> Raster {
    if measured <= most {
        return from;
    }
    let side = |side: usize| (side * most / measured).max(1);
    let (width, height, channels) = (side(from.width), side(from.height), from.channels);
    let columns: Vec<Vec<(usize, f32)>> = (0..width).map(|x| covered(x, width, from.width)).collect();
    let mut pixels = Vec::with_capacity(width * height * channels);
    for y in 0..height {
        let mut sums = vec![0f32; width * channels];
        for (row, share) in covered(y, height, from.height) {
            let row = &from.pixels[row * from.width * channels..][..from.width * channels];
            for (sum, column) in sums.chunks_exact_mut(channels).zip(&columns) {
                for &(x, part) in column {
                    weigh(sum, &row[x * channels..][..channels], share * part);
                }
            }
        }
        sums.chunks_exact(channels).for_each(|sum| unweigh(sum, &mut pixels));
    }
    Raster { width, height, channels, pixels }
}

/// Which of `of` old pixels the new pixel `at` of `new` covers, and the share each has in it.
fn covered(at: usize, new: usize, of: usize) -> Vec<(usize, f32)> {
    let scale = of as f64 / new as f64;
    let (from, to) = (at as f64 * scale, ((at + 1) as f64 * scale).min(of as f64));
    let last = (to.ceil() as usize).min(of);
    (from as usize..last)
        .map(|old| {
            let share = (to.min((old + 1) as f64) - from.max(old as f64)) / scale;
            (old, share as f32)
        })
        .collect()
}

/// Colours count as much as they are seen: what is transparent colours no edge.
fn weigh(sum: &mut [f32], pixel: &[u8], share: f32) {
    let seen = pixel.get(3).map_or(1.0, |&alpha| f32::from(alpha) / 255.0) * share;
    for (sum, &value) in sum.iter_mut().zip(&pixel[..3]) {
        *sum += f32::from(value) * seen;
    }
    if let Some(sum) = sum.get_mut(3) {
        *sum += seen;
    }
}

fn unweigh(sum: &[f32], pixels: &mut Vec<u8>) {
    let seen = sum.get(3).copied().unwrap_or(1.0);
    let colour = |value: f32| if seen > 0.0 { (value / seen + 0.5) as u8 } else { 0 };
    pixels.extend(sum[..3].iter().map(|&value| colour(value)));
    if sum.len() == 4 {
        pixels.push((seen * 255.0 + 0.5) as u8);
    }
}

fn squared(from: Raster) -> Raster {
    let side = from.width.min(from.height);
    let (left, top) = ((from.width - side) / 2, (from.height - side) / 4);
    let row = |y: usize| ((top + y) * from.width + left) * from.channels;
    let pixels =
        (0..side).flat_map(|y| &from.pixels[row(y)..row(y) + side * from.channels]).copied().collect();
    Raster { width: side, height: side, channels: from.channels, pixels }
}

/// Upright, by EXIF's numbers 1 to 8.
fn turned(from: Raster, turn: u16) -> Raster {
    if !(2..=8).contains(&turn) {
        return from;
    }
    let (right, bottom) = (from.width - 1, from.height - 1);
    let (width, height) = if turn >= 5 { (from.height, from.width) } else { (from.width, from.height) };
    let mut pixels = Vec::with_capacity(from.pixels.len());
    for y in 0..height {
        for x in 0..width {
            let (x, y) = match turn {
                2 => (right - x, y),
                3 => (right - x, bottom - y),
                4 => (x, bottom - y),
                5 => (y, x),
                6 => (y, bottom - x),
                7 => (right - y, bottom - x),
                _ => (right - y, x),
            };
            pixels.extend_from_slice(&from.pixels[(y * from.width + x) * from.channels..][..from.channels]);
        }
    }
    Raster { width, height, channels: from.channels, pixels }
}

/// The orientation that an EXIF block tells, 1 where it tells none.
fn orientation(exif: &[u8]) -> u16 {
    read_orientation(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif)).unwrap_or(1)
}

fn read_orientation(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long = |at: usize| {
        let bytes = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) } as usize)
    };
    let directory = long(4)?;
    (0..usize::from(short(directory)?))
        .map(|entry| directory + 2 + entry * 12)
        .find(|&entry| short(entry) == Some(0x0112))
        .and_then(|entry| short(entry + 8))
}

/// Profiles name themselves, in UTF-16 or ASCII.
fn is_display_p3(profile: &[u8]) -> bool {
    let wide: Vec<u8> = "Display P3".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let names = |name: &[u8]| profile.windows(name.len()).any(|words| words == name);
    names(b"Display P3") || names(&wide)
}

const P3_TO_SRGB: [[f32; 3]; 3] =
    [[1.2249, -0.2249, 0.0], [-0.0420, 1.0420, 0.0], [-0.0196, -0.0786, 1.0983]];

static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|value| match value as f32 / 255.0 {
        dark if dark <= 0.04045 => dark / 12.92,
        light => ((light + 0.055) / 1.055).powf(2.4),
    })
});

fn to_srgb(raster: &mut Raster) {
    for pixel in raster.pixels.chunks_exact_mut(raster.channels) {
        let [red, green, blue] = [0, 1, 2].map(|at| LINEAR[usize::from(pixel[at])]);
        for (value, [r, g, b]) in pixel.iter_mut().zip(P3_TO_SRGB) {
            *value = match (r * red + g * green + b * blue).clamp(0.0, 1.0) {
                dark if dark <= 0.003_130_8 => dark * 12.92 * 255.0 + 0.5,
                light => (1.055 * light.powf(1.0 / 2.4) - 0.055) * 255.0 + 0.5,
            } as u8;
        }
    }
}

fn as_jpeg(raster: &Raster) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
    let (width, height) = (raster.width as u16, raster.height as u16);
    encoder.encode(&raster.pixels, width, height, jpeg_encoder::ColorType::Rgb).map_err(broken)?;
    Ok(bytes)
}

fn as_png(raster: &Raster) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, raster.width as u32, raster.height as u32);
    encoder.set_color(if raster.channels == 4 { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(broken)?;
    writer.write_image_data(&raster.pixels).map_err(broken)?;
    writer.finish().map_err(broken)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
