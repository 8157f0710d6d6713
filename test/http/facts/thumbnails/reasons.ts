/** Why thumbnails are other ones than Synapse's; docs/differences-from-synapse.md has a row for each. */
export const FORMATS = "thumbnails are made of AVIF and TIFF as well";
export const TOO_LARGE = "a picture with too many pixels is 413 M_TOO_LARGE, as the specification says; Synapse: 400";
export const CASE = "a media type is the same in capitals: RFC 9110, 8.3.1";
export const OWN_TYPE = "the file's own format decides what its thumbnails are, not what its uploader says of it";
export const FIRST_FRAME = "a still thumbnail is the first frame; Synapse's sizes show different ones";
export const STILL = "a thumbnail moves only where that was asked for";
export const MOVING = "a thumbnail is WebP only where it moves, and an APNG does not";
export const NOT_ENLARGED = "nothing is enlarged";
export const JPEG = "a photo's thumbnail is a JPEG, however large it is asked for; Synapse's dynamic ones are PNG";
export const AS_ASKED = "a crop is at least as large as asked, of the asked proportions; Synapse: 32x32, or 96x96";
export const LARGER = "a thumbnail is as large as asked where the picture is; Synapse's are 800x600 at most";
export const ZERO = "a side of 0 counts as 1 with dynamic_thumbnails as well; Synapse: 500";
export const METHOD = "an unknown method is 400 M_INVALID_PARAM; Synapse: 404, or 400 M_UNKNOWN";
