-- Blobs may be packed from here on: codec 1 is zlib's format (RFC 1950) of the content. Tables stay as they are; the
-- version keeps a vmctl that does not know codec 1 from taking such blobs for damaged ones.
SELECT 1 WHERE 0;
