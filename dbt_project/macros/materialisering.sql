{#- In place of dbt's own `table`: made at once under its own name, and described in the same
    statement. dbt's builds beside, renames twice and drops, so that readers never miss a table;
    a candidate has no readers. Saves about a tenth of a build (docs/decisions/005). -#}
{% materialization table, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set contract = config.get('contract').enforced -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        {% if contract -%}
            {{ get_assert_columns_equivalent(compiled_code) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }}
                {{ get_select_subquery(compiled_code) }};
        {%- else -%}
            create or replace table {{ target }} as (
                {{ compiled_code }}
            );
        {%- endif %}
        {{ staar_en_gang(target) }}
        {{ beskrivelser(target) }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{#- A model says in `meta.noegle` which columns together name a row. A second row with the same key
    stops the model, in the statement that makes it: as a test of its own each key costs a node. -#}
{% macro staar_en_gang(relation) -%}
    {%- set noegle = model.config.meta.get('noegle', []) -%}
    {%- if noegle %}
        {%- set kolonner = noegle | join(', ') %}
        select error(concat(
            '{{ model.name }}: nøglen ({{ kolonner }}) står ', antal, ' gange: ', fundet
        ))
        from (
            select count(*) as antal, concat_ws(', ', {{ kolonner }}) as fundet
            from {{ relation }}
            group by {{ kolonner }}
            having count(*) > 1
            limit 1
        );
    {%- endif -%}
{%- endmacro %}

{#- The comments of a model and its columns, as statements. -#}
{% macro beskrivelser(relation) -%}
    {%- if config.persist_relation_docs() and model.description -%}
        {{ alter_relation_comment(relation, model.description) }}
    {%- endif -%}
    {%- if config.persist_column_docs() and model.columns -%}
        {{ alter_column_comment(relation, model.columns) }}
    {%- endif -%}
{%- endmacro %}

{#- Without dbt's question which columns there are: a described column that the model lacks is a
    mistake, and stops. Quoted here, for a macro call for each of 1,500 columns takes a second. -#}
{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {%- for name, column in column_dict.items() %}
    comment on column {{ relation }}.{{ adapter.quote(name) if column.quote else name }}
        is '{{ column.description | replace("'", "''") }}';
    {%- endfor -%}
{%- endmacro %}
