package dev.stampede.paper;

import java.util.List;

/**
 * What an experiment found.
 *
 * @param tables for the report
 * @param notes that a reader of the numbers should know, one sentence each
 */
record Findings(PaperFigure figure, List<Table> tables, List<String> notes) {}
