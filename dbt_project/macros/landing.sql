{#- True if landing holds a file that matches; DuckDB refuses to read a pattern without a match. -#}
{% macro landing_har(moenster) %}
    {% if not execute %}{{ return(true) }}{% endif %}
    {% set sti = var('landing') ~ '/' ~ moenster %}
    {% set fundet = run_query("select count(*) from glob('" ~ sti ~ "')") %}
    {{ return(fundet.columns[0].values()[0] > 0) }}
{% endmacro %}

{#- ISO text in UTC to a timestamp without zone; the column's name says UTC. -#}
{% macro utc(tekst) -%}
    strptime({{ tekst }}, '%Y-%m-%dT%H:%M:%SZ')
{%- endmacro %}

{#-
    The Parquet files of the vintages that count and are not loaded yet, as a SQL list.
    `int_daekning` is written last, so what stands in it has been loaded whole.
-#}
{% macro nye_filer() %}
    {% if not execute %}{{ return("('')") }}{% endif %}
    {% set sql %}
        select fil from {{ ref('int_vintager') }} as v
        {% if findes_og_bygges_videre() %}
        where not exists (
            select 1 from {{ this.database }}.{{ this.schema }}.int_daekning as d
            where d.kilde = v.kilde and d.tabel_id = v.tabel_id and d.hentet_utc = v.hentet_utc
        )
        {% endif %}
        order by fil
    {% endset %}
    {% set filer = run_query(sql).columns[0].values() %}
    {% if filer | length == 0 %}{{ return("('')") }}{% endif %}
    {{ return("('" ~ filer | join("', '") ~ "')") }}
{% endmacro %}

{% macro findes_og_bygges_videre() %}
    {% set daekning = adapter.get_relation(this.database, this.schema, 'int_daekning') %}
    {{ return(daekning is not none and not should_full_refresh()) }}
{% endmacro %}
