const OOXML = "application/vnd.openxmlformats-officedocument";

/** Media types the extractor takes. What a file really is, its bytes tell. */
export const OFFICE_MEDIA_TYPES: readonly string[] = [
  `${OOXML}.wordprocessingml.document`,
  `${OOXML}.wordprocessingml.template`,
  "application/vnd.ms-word.document.macroenabled.12",
  "application/vnd.ms-word.template.macroenabled.12",
  `${OOXML}.presentationml.presentation`,
  `${OOXML}.presentationml.slideshow`,
  `${OOXML}.presentationml.template`,
  "application/vnd.ms-powerpoint.presentation.macroenabled.12",
  "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
  "application/vnd.ms-powerpoint.template.macroenabled.12",
  `${OOXML}.spreadsheetml.sheet`,
  `${OOXML}.spreadsheetml.template`,
  "application/vnd.ms-excel.sheet.macroenabled.12",
  "application/vnd.ms-excel.template.macroenabled.12",
];
