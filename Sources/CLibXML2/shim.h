#pragma once

#include <libxml/xmlversion.h>
// Debian builds libxml2 with ICU, and its headers then declare ICU types that clash with Foundation's own ICU
// ("different definitions in different modules"). Only fields of structs that vmctl never allocates are affected.
#undef LIBXML_ICU_ENABLED

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <libxml/SAX2.h>

/// What libxml2 said of a document: its first complaint, because the last one is usually "extra content".
struct vmctl_verdict {
  int well_formed;      // libxml2's own word
  int namespaces_ok;    // no undeclared prefix
  int has_dtd;          // a DOCTYPE was met; parsing stopped there
  int code;             // xmlParserErrors of the first error, 0 for none
  int line;
  int column;
  char message[256];
};

struct vmctl_judge {
  struct vmctl_verdict *verdict;
  xmlParserCtxtPtr context;
};

static inline void vmctl_on_dtd(void *data, const xmlChar *name, const xmlChar *external, const xmlChar *system) {
  (void)name; (void)external; (void)system;
  struct vmctl_judge *judge = data;
  judge->verdict->has_dtd = 1;
  xmlStopParser(judge->context);
}

static inline void vmctl_on_error(void *data, xmlErrorPtr error) {
  struct vmctl_judge *judge = data;
  if (judge->verdict->code != 0 || error == NULL) return;
  judge->verdict->code = error->code;
  judge->verdict->line = error->line;
  judge->verdict->column = error->int2;
  strncpy(judge->verdict->message, error->message ? error->message : "", sizeof judge->verdict->message - 1);
}

/// Lets libxml2 judge text without building a tree: SAX2 with no handlers but the one that meets a DTD and the one
/// that keeps the first error. No network, no entities, no DTD, none of libxml2's "huge" limits lifted.
/// Returns 0, or -1 where libxml2 could not allocate.
static inline int vmctl_xml_judge(const uint8_t *bytes, int length, struct vmctl_verdict *verdict) {
  memset(verdict, 0, sizeof *verdict);
  xmlParserCtxtPtr context = xmlCreateMemoryParserCtxt((const char *)bytes, length);
  if (context == NULL) return -1;
  struct vmctl_judge judge = { verdict, context };
  memset(context->sax, 0, sizeof *context->sax);
  context->sax->initialized = XML_SAX2_MAGIC;
  context->sax->internalSubset = vmctl_on_dtd;
  context->sax->serror = vmctl_on_error;
  context->userData = &judge;
  context->options |= XML_PARSE_NONET;
  xmlParseDocument(context);
  verdict->well_formed = context->wellFormed && !verdict->has_dtd;
  verdict->namespaces_ok = context->nsWellFormed;
  xmlFreeParserCtxt(context);
  return 0;
}
