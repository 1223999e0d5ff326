"""The kinds of bad input that the design lists, by their numbers, and the tests that show what becomes of each."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import pytest


class Row(NamedTuple):
    """What an input is; the tests that show it, by module below ``tests``; why, where the design says otherwise."""

    what: str
    tests: tuple[str, ...]
    differs: str = ""


ROWS: dict[int, Row] = {
    1: Row(
        "nothing, a few bytes, zeros",
        (
            "hostile.test_bytes.test_a_few_bytes_or_zeros_are_no_image",
            "cli.test_behaviour.test_what_is_no_image_is_named_in_one_line",
        ),
    ),
    2: Row(
        "cut in a header, a body, padding, before the end",
        (
            "tar.test_scan.test_damage_is_told_with_its_place",
            "tar.test_scan.test_a_cut_in_the_padding_loses_nothing",
            "tar.test_scan.test_an_archive_may_end_in_several_ways",
            "cli.test_behaviour.test_a_truncated_archive_says_where",
        ),
    ),
    3: Row(
        "cut at every byte",
        (
            "fuzz.test_damage.test_cut_at_any_byte_it_is_told_or_nothing_is_missing",
            "fuzz.test_damage.test_the_command_ends_with_0_or_3_whatever_is_damaged",
        ),
    ),
    4: Row(
        "no tar, no file, nowhere to keep a copy",
        (
            "sources.test_named.test_what_is_no_archive_is_called_by_its_name",
            "hostile.test_bytes.test_things_that_are_no_files",
            "hostile.test_bytes.test_a_file_that_may_not_be_read",
            "hostile.test_bytes.test_a_temporary_directory_that_takes_nothing",
        ),
    ),
    5: Row(
        "a root filesystem or a layer alone", ("hostile.test_bytes.test_a_filesystem_alone_is_an_image_of_one_layer",)
    ),
    6: Row(
        "wrong and signed checksums of headers",
        (
            "hostile.test_bytes.test_a_wrong_checksum_is_told_where_it_is",
            "tar.test_block.test_a_sound_checksum_may_be_written_in_several_ways",
        ),
    ),
    7: Row(
        "sizes that are negative, huge or no numbers",
        (
            "hostile.test_bytes.test_sizes_that_no_file_has",
            "hostile.test_bytes.test_sizes_that_are_no_numbers",
            "test_hostile.test_an_outer_member_that_claims_more_than_the_file_holds",
        ),
    ),
    8: Row("owners and times beyond every clock", ("hostile.test_bytes.test_numbers_beyond_the_clock_are_shown_raw",)),
    9: Row("malformed pax records", ("tar.test_extended.test_malformed_pax_records_end_the_scan",)),
    10: Row(
        "pax headers of gibibytes",
        (
            "hostile.test_bytes.test_an_extended_header_of_2_gib",
            "tar.test_extended.test_an_extended_header_over_1_mib_is_refused_before_it_is_read",
            "tar.test_extended.test_an_extended_header_of_1_mib_is_read",
        ),
    ),
    11: Row(
        "extended headers without end",
        ("hostile.test_bytes.test_extended_headers_without_end", "tar.test_extended.test_seventeen_are_too_many"),
        "global headers amend no member and are skipped, however many they are",
    ),
    12: Row(
        "long names that are odd",
        (
            "tar.test_extended.test_an_extended_header_without_a_member_is_a_cut",
            "tar.test_extended.test_gnu_wins_over_pax_and_the_last_over_the_first",
            "hostile.test_bytes.test_an_extended_header_of_2_gib",
        ),
    ),
    13: Row(
        "a pax size that is not the header's",
        (
            "tar.test_extended.test_a_pax_size_is_that_of_the_member_and_not_of_a_long_name_between",
            "tar.test_extended.test_a_pax_size_tells_how_long_the_body_is",
            "hostile.test_entries.test_a_global_header_speaks_for_nobody",
        ),
    ),
    14: Row(
        "sparse maps that lie",
        (
            "hostile.test_bytes.test_sparse_files_cost_what_is_stored_of_them",
            "tar.test_extended.test_a_sparse_map_must_be_in_order_inside_the_file_and_complete",
            "tar.test_extended.test_a_malformed_sparse_file_ends_the_scan_at_its_header",
            "test_hostile.test_sparse_maps_of_nothing_cost_nothing",
        ),
        "a sound map of a petabyte is read as Go reads it: it costs nothing",
    ),
    15: Row(
        "bodies on links, directories and devices",
        (
            "hostile.test_bytes.test_a_body_on_what_has_none_is_passed_over",
            "tar.test_scan.test_types_without_a_body_have_none_whatever_their_size_says",
        ),
    ),
    16: Row(
        "every type of member",
        (
            "hostile.test_bytes.test_members_of_every_type",
            "filesystem.test_special.test_an_unknown_type_is_shown_and_named",
        ),
    ),
    17: Row(
        "many members of gzip, long fields",
        (
            "hostile.test_bytes.test_fifty_thousand_members_of_gzip_are_one_layer",
            "hostile.test_bytes.test_gzip_with_every_field_of_64_kib",
        ),
    ),
    18: Row("gzip with zeros behind it", ("test_compression.test_zero_padding_behind_the_end_is_nothing_to_warn_of",)),
    19: Row(
        "gzip with something else behind it",
        (
            "test_compression.test_anything_else_behind_the_end_is_warned_of",
            "test_hostile.test_what_stands_behind_an_archive_is_told",
            "cli.test_verify.test_bytes_behind_the_end_do_not_hold",
        ),
    ),
    20: Row(
        "damaged gzip",
        (
            "hostile.test_bytes.test_damaged_compression_is_told_with_layer_and_place",
            "test_compression.test_no_damaged_byte_gives_other_content",
        ),
    ),
    21: Row(
        "bombs, and what is compressed twice",
        (
            "hostile.test_bytes.test_a_bomb_ends_at_the_limit_that_names_its_option",
            "test_compression.test_a_bomb_stops_at_the_limit",
            "hostile.test_bytes.test_what_is_compressed_twice_is_told",
        ),
        "no limit of the ratio: zstd's is honestly thousands; the limit of bytes holds for every stream",
    ),
    22: Row(
        "zstd that asks too much or lies",
        (
            "hostile.test_bytes.test_frames_of_zstd_that_ask_too_much",
            "hostile.test_bytes.test_the_window_that_is_too_large_comes_with_what_to_do",
            "hostile.test_bytes.test_skippable_frames_alone_are_an_empty_layer",
        ),
        "a window beyond 128 MiB cannot be allowed by an option; the hint says how to compress instead",
    ),
    23: Row(
        "a skippable frame of 4 GiB",
        (
            "hostile.test_bytes.test_frames_of_zstd_that_ask_too_much",
            "test_compression.test_skippable_frames_are_skipped",
        ),
    ),
    24: Row(
        "other codecs",
        (
            "hostile.test_bytes.test_other_codecs_are_named",
            "test_compression.test_codecs_that_are_not_read_have_a_name",
        ),
        "brotli has no mark to know it by: it is called no tar archive",
    ),
    25: Row(
        "xz with a dictionary of 4 GiB, a bomb of bzip2",
        (
            "hostile.test_bytes.test_a_dictionary_of_xz_of_4_gib",
            "hostile.test_bytes.test_a_bomb_ends_at_the_limit_that_names_its_option",
        ),
    ),
    26: Row(
        "media types and names that lie",
        (
            "hostile.test_bytes.test_content_counts_and_a_type_that_says_otherwise_is_told",
            "hostile.test_bytes.test_names_of_files_say_nothing",
        ),
        "names of files are not warned of, nor Docker's gzip type on plain data: sound tools write both",
    ),
    27: Row(
        "an encrypted layer", ("sources.test_named.test_a_layer_that_cannot_be_read_keeps_its_size_and_hides_no_other",)
    ),
    28: Row(
        "missing layers and documents",
        (
            "sources.test_named.test_a_layer_that_cannot_be_read_keeps_its_size_and_hides_no_other",
            "cli.test_behaviour.test_a_missing_layer_is_a_row",
            "hostile.test_documents.test_a_document_that_is_missing_is_named_by_its_digest",
            "test_hostile.test_a_layout_without_index_is_no_filesystem",
        ),
    ),
    29: Row(
        "wrong digests",
        (
            "cli.test_behaviour.test_documents_that_are_not_what_their_digest_says",
            "cli.test_verify.test_a_layer_of_the_same_length_with_other_bytes_is_found",
            "cli.test_verify.test_a_diff_id_that_the_tar_has_not_is_found_behind_a_right_digest",
        ),
    ),
    30: Row(
        "sizes in descriptors that do not hold",
        (
            "test_hostile.test_sizes_in_descriptors_are_held_to",
            "cli.test_behaviour.test_a_blob_of_another_size_is_a_row",
            "hostile.test_documents.test_sizes_are_whole_numbers_in_bounds",
        ),
    ),
    31: Row(
        "malformed digests",
        (
            "oci.test_documents.test_what_is_no_digest",
            "sources.test_named.test_a_malformed_digest_in_an_index_hides_no_other_image",
            "sources.test_digests.test_a_digest_that_cannot_be_computed_is_told",
        ),
    ),
    32: Row(
        "manifest.json that is no list of images",
        (
            "hostile.test_documents.test_a_list_of_images_that_is_none",
            "hostile.test_documents.test_a_byte_order_mark_is_no_reason_to_refuse",
            "hostile.test_documents.test_a_document_beyond_its_limit_names_the_option",
            "test_hostile.test_more_images_than_anyone_saves",
            "oci.test_keys.test_a_key_must_not_stand_twice",
        ),
        "one limit for all documents, 8 MiB; a byte order mark is passed over without a word",
    ),
    33: Row(
        "fields of manifest.json that are odd",
        (
            "hostile.test_documents.test_fields_of_an_image_that_are_odd",
            "oci.test_documents.test_manifest_keys_in_any_case",
        ),
    ),
    34: Row(
        "names of layers that lead elsewhere",
        (
            "hostile.test_documents.test_names_in_documents_are_looked_up_inside_only",
            "hostile.test_documents.test_a_layer_may_be_named_in_a_roundabout_way",
            "hostile.test_documents.test_a_layer_that_is_a_document_is_no_archive",
        ),
    ),
    35: Row(
        "layers that are links",
        (
            "hostile.test_documents.test_links_of_layers_stay_in_the_archive",
            "hostile.test_documents.test_a_hard_link_may_stand_for_a_layer",
        ),
    ),
    36: Row(
        "outer members stored twice",
        ("hostile.test_documents.test_of_members_stored_twice_the_last_counts_and_the_gate_objects",),
    ),
    37: Row(
        "outer members below something",
        ("hostile.test_documents.test_members_below_something", "sources.test_forms.test_the_model_is_the_same"),
        "a leading slash is passed over like ./ ; names with backslashes are no saved image",
    ),
    38: Row(
        "a multitude of outer members",
        ("hostile.test_documents.test_members_of_no_interest_are_passed_over_up_to_a_limit",),
        "thirty thousand, for the sake of the disk: a million are read by hand, with hostile.bombs",
    ),
    39: Row(
        "counts of layers, diff_ids and steps that disagree",
        (
            "cli.test_behaviour.test_layer_counts_that_disagree",
            "hostile.test_documents.test_ten_thousand_layers",
            "image.test_history.test_the_kth_step_that_is_not_empty_made_the_kth_layer",
        ),
    ),
    40: Row(
        "indexes in indexes, and descriptors that lead astray",
        (
            "hostile.test_documents.test_indexes_in_indexes_have_a_limit",
            "hostile.test_documents.test_one_manifest_a_hundred_thousand_times_is_one",
            "hostile.test_documents.test_more_manifests_than_anyone_lists",
            "hostile.test_documents.test_a_descriptor_that_leads_to_something_else",
            "hostile.test_documents.test_an_index_is_no_config",
        ),
        "an index that leads to itself would need its own digest: nesting has a limit of eight",
    ),
    41: Row(
        "indexes of nothing, or of other things",
        (
            "hostile.test_documents.test_an_index_of_nothing",
            "hostile.test_documents.test_what_an_index_lists_beside_images_is_no_error",
            "cli.test_behaviour.test_several_platforms",
        ),
    ),
    42: Row(
        "schema 1, and versions that are odd",
        (
            "hostile.test_documents.test_the_version_of_a_schema_is_not_what_counts",
            "sources.test_docker_v1.test_what_is_wrong_with_schema_1_is_named",
        ),
        "schema 1 is read where its blobs are there",
    ),
    43: Row(
        "configs that are odd",
        ("hostile.test_documents.test_a_config_that_is_odd", "cli.test_behaviour.test_layer_counts_that_disagree"),
        "Env that is no list makes no container: refused, as engines do",
    ),
    44: Row(
        "names that speak to the terminal",
        (
            "cli.test_behaviour.test_names_from_an_image_never_reach_the_terminal_raw",
            "test_escaping.test_nothing_unsafe_is_left",
            "tui.test_hostile_names.test_no_name_breaks_the_screen",
        ),
    ),
    45: Row(
        "names that speak to a format",
        (
            "report.verdicts.test_formats.test_nothing_unsafe_reaches_an_output",
            "report.verdicts.test_formats.test_no_cell_of_csv_is_a_formula",
            "report.verdicts.test_formats.test_xml_can_be_read_whatever_names_hold",
            "test_escaping.test_markdown_is_not_markup",
        ),
    ),
    46: Row(
        "names without end",
        (
            "hostile.test_entries.test_names_have_a_limit",
            "hostile.test_entries.test_long_parts_of_names_are_read",
            "indexing.test_bounds.test_directories_that_names_imply_are_counted",
        ),
    ),
    47: Row(
        "millions of entries",
        (
            "hostile.test_entries.test_a_million_entries_take_little_memory",
            "hostile.test_entries.test_too_many_entries_are_a_limit_that_names_its_option",
            "filesystem.test_linear.test_eight_times_the_work_costs_at_most_nine_times_as_much",
        ),
        "a million in one directory, not ten: those are read by hand, with hostile.bombs",
    ),
    48: Row(
        "whiteouts and opaque markers in every order",
        (
            "filesystem.test_matrix.test_layer_application",
            "hostile.test_entries.test_opaque_markers_by_the_thousand",
            "filesystem.test_linear.test_eight_times_the_work_costs_at_most_nine_times_as_much",
        ),
    ),
    49: Row(
        "whiteouts that name nothing",
        (
            "hostile.test_entries.test_whiteouts_of_nothing_are_told_and_ignored",
            "hostile.test_entries.test_odd_whiteouts_hide_nothing_else",
            "filesystem.test_matrix.test_layer_application",
        ),
    ),
    50: Row(
        "names that climb, and the root as something else",
        (
            "hostile.test_entries.test_names_that_climb_or_are_the_root",
            "extract.test_safety.test_climbing_and_absolute_names_stay_inside",
        ),
    ),
    51: Row(
        "symlinks without end",
        (
            "hostile.test_entries.test_links_without_end_are_taken_as_they_are",
            "hostile.test_entries.test_a_path_through_forty_links_is_followed",
            "filesystem.test_special.test_links_that_expand_without_end_are_taken_as_they_are",
        ),
    ),
    52: Row(
        "hard links to what is not there",
        (
            "hostile.test_entries.test_hard_links_to_nothing_are_told_and_hold_nothing",
            "hostile.test_entries.test_a_hard_link_to_a_symlink_or_down_a_chain_of_a_million",
        ),
    ),
    53: Row(
        "one path again and again",
        (
            "hostile.test_entries.test_a_path_that_is_a_file_and_a_directory_in_turn",
            "filesystem.test_linear.test_eight_times_the_work_costs_at_most_nine_times_as_much",
        ),
    ),
    54: Row(
        "devices, pipes and odd modes",
        (
            "hostile.test_entries.test_special_files_are_listed_and_never_made",
            "filesystem.test_special.test_markers_of_overlayfs_are_shown_not_heeded",
            "extract.test_write.test_devices_and_pipes_are_left_out",
        ),
    ),
    55: Row(
        "extended attributes in number and size",
        (
            "hostile.test_entries.test_extended_attributes_are_bounded",
            "tar.test_scan.test_what_extended_headers_say_is_limited_in_all",
        ),
    ),
    56: Row("global headers that speak of members", ("hostile.test_entries.test_a_global_header_speaks_for_nobody",)),
    57: Row(
        "bytes behind the end of a layer",
        (
            "hostile.test_bytes.test_what_stands_behind_a_layer_is_told",
            "tar.test_scan.test_trailing_bytes_are_counted_to_the_last_that_is_not_zero",
        ),
    ),
    58: Row("a lone zero block", ("hostile.test_bytes.test_a_lone_zero_block_ends_nothing",)),
    59: Row("an image in an image", ("hostile.test_bytes.test_a_layer_that_is_an_image_is_not_read_into",)),
    60: Row(
        "members that lie over others",
        (
            "test_hostile.test_an_outer_member_that_claims_more_than_the_file_holds",
            "test_hostile.test_a_sparse_outer_member_is_refused",
        ),
    ),
    61: Row(
        "eStargz that lies",
        (
            "hostile.test_entries.test_where_estargz_says_its_table_lies_is_not_believed",
            "hostile.test_entries.test_a_table_of_contents_that_lies_is_not_believed",
        ),
    ),
    62: Row("zstd:chunked that lies", ("hostile.test_entries.test_where_a_note_says_the_frames_lie_is_not_believed",)),
    63: Row(
        "layers of another kind, or of nothing",
        (
            "hostile.test_entries.test_a_layer_of_another_kind_is_told",
            "hostile.test_entries.test_a_layer_of_nothing_is_an_empty_one",
            "sources.test_named.test_an_artifact_is_listed_and_is_no_image",
        ),
    ),
    64: Row(
        "blobs of a directory that are no files of it",
        (
            "sources.test_named.test_a_blob_that_is_no_file_of_the_directory_hides_no_other",
            "sources.test_named.test_a_document_outside_the_directory_is_not_read",
            "hostile.test_documents.test_names_in_documents_are_looked_up_inside_only",
        ),
    ),
    65: Row(
        "an image that is written to meanwhile",
        (
            "test_faults.test_an_image_that_is_written_to_meanwhile_is_not_called_complete",
            "test_hostile.test_a_file_that_shrinks_while_it_is_read",
        ),
    ),
    66: Row(
        "pipes, signals and terminals",
        (
            "cli.test_behaviour.test_standard_input_as_pipe_and_as_file",
            "cli.test_behaviour.test_a_closed_pipe_is_no_error",
            "cli.test_behaviour.test_interrupt_ends_with_130",
            "cli.test_behaviour.test_asked_to_end_it_leaves_no_half_written_output",
            "cli.test_behaviour.test_closed_streams",
            "cli.test_behaviour.test_colour_only_where_it_is_wanted",
        ),
    ),
    67: Row(
        "full disks, little memory, few files",
        (
            "hostile.test_bytes.test_a_temporary_directory_that_takes_nothing",
            "cli.test_behaviour.test_a_full_disk",
            "cli.test_behaviour.test_an_index_of_many_images_needs_few_open_files",
            "test_faults.test_whatever_fails_it_is_told_or_makes_no_difference",
        ),
    ),
    68: Row(
        "times that mean nothing",
        (
            "test_hostile.test_a_time_beyond_the_years_there_are",
            "test_units.test_times_that_mean_nothing",
            "hostile.test_documents.test_a_config_that_is_odd",
        ),
    ),
    69: Row("pax times that are no numbers", ("tar.test_extended.test_what_is_no_pax_time_is_refused",)),
    70: Row(
        "data in a descriptor",
        (
            "sources.test_named.test_a_config_may_lie_in_its_descriptor",
            "sources.test_named.test_data_in_a_descriptor_is_held_to_its_digest",
        ),
    ),
    71: Row(
        "annotations that are no text",
        (
            "hostile.test_documents.test_annotations_are_text_whatever_they_were",
            "sources.test_named.test_notes_that_are_no_text_are_taken_as_they_are_written",
        ),
    ),
    72: Row(
        "one layer twice, one blob as two",
        (
            "hostile.test_documents.test_layers_twice_are_two_and_compressed_otherwise_the_same",
            "sources.test_named.test_one_blob_cannot_be_two_layers",
            "test_hostile.test_a_layer_listed_again_and_again_counts_each_time",
        ),
    ),
    73: Row("images of Windows", ("sources.test_flavours.test_layers_of_windows_are_shown_as_they_are",)),
    74: Row(
        "limits that are no numbers",
        (
            "hostile.test_documents.test_limits_of_the_gate_are_numbers_or_refused",
            "gate.test_settings.test_what_is_no_limit_is_said_in_words",
        ),
    ),
    75: Row(
        "patterns that take for ever",
        (
            "tui.test_attacks.test_a_pattern_that_takes_for_ever_is_given_up",
            "test_hostile.test_a_name_that_wears_the_reference_pattern_down",
            "test_hostile.test_instructions_that_wear_a_pattern_down",
        ),
    ),
    76: Row(
        "numbers that are no whole ones",
        (
            "hostile.test_documents.test_sizes_are_whole_numbers_in_bounds",
            "oci.test_documents.test_what_is_wrong_is_named",
        ),
    ),
    77: Row(
        "what broke other readers of tar",
        (
            "hostile.test_bytes.test_headers_that_hung_or_broke_another_reader",
            "tar.test_suites.test_public_archives_are_read_as_go_reads_them",
        ),
    ),
}


def test_every_row_is_here() -> None:
    assert list(ROWS) == list(range(1, 78))


@pytest.mark.parametrize("number", ROWS)
def test_what_shows_a_row_exists(number: int) -> None:
    assert ROWS[number].tests
    for name in ROWS[number].tests:
        module, _, test = name.rpartition(".")
        assert callable(getattr(import_module(f"tests.{module}"), test)), name
