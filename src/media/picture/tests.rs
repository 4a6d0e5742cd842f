use super::*;

/// Quarters of red, green, blue and white, in reading order.
fn quarters(width: usize, height: usize) -> Raster {
    let colour = |x: usize, y: usize| match (x * 2 < width, y * 2 < height) {
        (true, true) => [255, 0, 0],
        (false, true) => [0, 255, 0],
        (true, false) => [0, 0, 255],
        (false, false) => [255, 255, 255],
    };
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| colour(x, y))).collect();
    Raster { width, height, channels: 3, pixels }
}

/// EXIF that says how to turn a picture, and where it was taken.
fn exif(turn: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.push(turn);
    exif.extend_from_slice(b"\0\0\0\0\0\0 the quay by the old lamp");
    exif
}

fn photograph(raster: &Raster, turn: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    encoder.add_exif_metadata(&exif(turn)).unwrap();
    encoder
        .encode(&raster.pixels, raster.width as u16, raster.height as u16, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

/// Letters for the corners of a picture, in reading order.
fn corners(picture: &Picture) -> String {
    let mut decoder =
        zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(&picture.bytes));
    let pixels = decoder.decode().unwrap();
    let at = |x: usize, y: usize| &pixels[(y * picture.width + x) * 3..][..3];
    let (right, bottom) = (picture.width - 3, picture.height - 3);
    [at(2, 2), at(right, 2), at(2, bottom), at(right, bottom)]
        .map(|pixel| match [pixel[0] > 128, pixel[1] > 128, pixel[2] > 128] {
            [true, false, false] => 'r',
            [false, true, false] => 'g',
            [false, false, true] => 'b',
            [true, true, true] => 'w',
            _ => '?',
        })
        .iter()
        .collect()
}

#[test]
fn a_picture_stands_upright_and_says_nothing_of_itself() {
    for (turn, seen) in [
        (1, "rgbw"),
        (2, "grwb"),
        (3, "wbgr"),
        (4, "bwrg"),
        (5, "rbgw"),
        (6, "brwg"),
        (7, "wgbr"),
        (8, "gwrb"),
        (9, "rgbw"),
    ] {
        let sent = photograph(&quarters(64, 32), turn);
        assert!(sent.windows(8).any(|words| words == b"old lamp"));
        let kept = read(&sent, Cut::Whole).unwrap().unwrap();
        assert_eq!(corners(&kept), seen, "turned by {turn}");
        let lies = (5..=8).contains(&turn);
        assert_eq!((kept.width, kept.height), if lies { (32, 64) } else { (64, 32) });
        assert!(!kept.bytes.windows(4).any(|words| words == b"Exif" || words == b"lamp"));
    }
}

#[test]
fn a_large_picture_becomes_as_large_as_it_is_shown() {
    let sent = as_png(&quarters(4000, 10)).unwrap();
    let kept = read(&sent, Cut::Whole).unwrap().unwrap();
    assert_eq!((kept.width, kept.height, kept.media_type), (1920, 4, "image/png"));
    let sum: f32 = covered(7, 1920, 4000).iter().map(|(_, share)| share).sum();
    assert!((sum - 1.0).abs() < 1e-5, "{sum}");
}

#[test]
fn a_portrait_is_a_square_of_the_upright_picture() {
    // Lying on its side as the camera held it, 1100 tall when upright.
    for (sent, seen) in
        [(photograph(&quarters(1100, 550), 6), "brwg"), (photograph(&quarters(300, 200), 1), "rgbw")]
    {
        let kept = read(&sent, Cut::Portrait).unwrap().unwrap();
        let side = kept.width.min(PORTRAIT_SIDE);
        assert_eq!((kept.width, kept.height), (side, side));
        assert_eq!(corners(&kept), seen);
    }
    let kept = read(&photograph(&quarters(300, 200), 1), Cut::Portrait).unwrap().unwrap();
    assert_eq!(kept.width, 200, "nothing is made larger");
}

#[test]
fn what_is_transparent_stays_so_and_colours_no_edge() {
    let pixels =
        (0..4000).flat_map(|x| if x % 2 == 0 { [200, 100, 50, 255] } else { [0, 0, 0, 0] }).collect();
    let kept = shrunk(Raster { width: 4000, height: 1, channels: 4, pixels }, 4000, LONGEST_SIDE);
    assert!(kept.pixels.chunks_exact(4).all(|p| p[0] == 200 && p[1] == 100 && p[2] == 50 && p[3] > 60));
}

#[test]
fn wide_colours_become_those_of_the_web() {
    let mut raster = Raster { width: 2, height: 1, channels: 3, pixels: vec![255, 255, 255, 200, 80, 60] };
    to_srgb(&mut raster);
    assert_eq!(raster.pixels[..3], [255, 255, 255]);
    assert!(raster.pixels[3] > 210 && raster.pixels[4] < 80, "{:?}", raster.pixels);
}

/// A header of a PNG alone, which promises more than there is.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut sent = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    sent.extend(width.to_be_bytes().iter().chain(&height.to_be_bytes()));
    sent.extend([8, 6, 0, 0, 0]);
    let mut sum = flate2::Crc::new();
    sum.update(&sent[12..29]);
    sent.extend(sum.sum().to_be_bytes());
    sent
}

#[test]
fn bombs_and_stumps_are_refused_in_words() {
    let check = |sent: &[u8], words: &str| {
        let error = read(sent, Cut::Whole).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    };
    check(&bomb(60_000, 60_000), "60000 by 60000 pixels; at most 50 million");
    check(&bomb(0, 7), "cut off or broken");
    check(&bomb(7, 7), "cut off or broken");
    let photograph = photograph(&quarters(64, 32), 1);
    let drawing = as_png(&quarters(64, 32)).unwrap();
    for whole in [&photograph, &drawing] {
        for length in (12..whole.len() - 12).step_by(7) {
            check(&whole[..length], "cut off or broken");
        }
    }
    let mut one_by_one = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut one_by_one, 95);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(&quarters(64, 32).pixels, 64, 32, jpeg_encoder::ColorType::Rgb).unwrap();
    check(&one_by_one, "its colours come one after another");
    for hostile in [&b"GIF89a"[..], b"RIFF\xff\xff\xff\xffWEBPVP8 ", b"\xff\xd8\xff"] {
        check(hostile, "cut off or broken");
    }
    assert!(read(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", Cut::Whole).unwrap().is_none());
}

#[test]
fn a_picture_that_moves_goes_on_moving() {
    let mut sent = Vec::new();
    let mut encoder = gif::Encoder::new(&mut sent, 4, 4, &[0, 0, 0, 255, 255, 255]).unwrap();
    encoder.set_repeat(gif::Repeat::Infinite).unwrap();
    for colour in [0, 1, 0] {
        encoder.write_frame(&gif::Frame::from_indexed_pixels(4, 4, vec![colour; 16], None)).unwrap();
    }
    drop(encoder);
    let kept = read(&sent, Cut::Whole).unwrap().unwrap();
    assert_eq!(kept.media_type, "image/gif");
    let mut decoder = gif_decoder(&kept.bytes, gif::ColorOutput::RGBA).unwrap();
    let mut seen = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        seen.push(frame.buffer[0]);
    }
    assert_eq!(seen, [0, 255, 0]);
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
}
