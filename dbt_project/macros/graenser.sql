{#-
    Every threshold of the checks stands in expectations/graenser.yml and nowhere else. It is read
    while a model is compiled, so that SQL and suites cannot disagree. Run dbt from dbt_project/.
-#}
{% macro graenser() %}
    {% set vaerdier = {} %}
    {% if execute %}
        {% set fil = env_var('BESKPLAN_EXPECTATIONS', '../expectations') ~ '/graenser.yml' %}
        {% set indhold = run_query("select content from read_text('" ~ fil ~ "')") %}
        {% if indhold.rows | length == 0 %}
            {{ exceptions.raise_compiler_error(fil ~ ' is not there: run dbt from dbt_project/') }}
        {% endif %}
        {% for navn, graense in fromyaml(indhold.columns[0].values()[0]).items() %}
            {% do vaerdier.update({navn: graense['vaerdi']}) %}
        {% endfor %}
    {% endif %}
    {{ return(vaerdier) }}
{% endmacro %}

{#- One of them; 0 where nothing is executed, so that the SQL stays SQL for a linter. -#}
{% macro graense(vaerdier, navn) -%}
    {{ vaerdier[navn] if execute else 0 }}
{%- endmacro %}

{#- One of them that is a list of texts, for `in (...)`. -#}
{% macro tekstliste(vaerdier, navn) -%}
    '{{ (vaerdier[navn] if execute else []) | join("', '") }}'
{%- endmacro %}

{#- One of them that holds a value for a few tables only. -#}
{% macro tabelvaerdi(vaerdier, navn, tabel_id, ellers) -%}
    case {{ tabel_id }}
        {%- for id, tal in (vaerdier[navn] if execute else {'': 0}).items() %}
        when '{{ id }}' then {{ tal }}
        {%- endfor %}
        else {{ ellers }}
    end
{%- endmacro %}
