{#- Number of a month on an axis without gaps, and back. -#}
{% macro maaned_nr(dato) -%}
    cast(year({{ dato }}) * 12 + month({{ dato }}) as integer)
{%- endmacro %}

{% macro maaned_af_nr(nr) -%}
    make_date(({{ nr }} - 1) // 12, ({{ nr }} - 1) % 12 + 1, 1)
{%- endmacro %}

{#- A month's number that lies beyond every month: no break is registered ahead. -#}
{% macro intet_brud() -%}
    999999
{%- endmacro %}

{#- Whether a figure meets a target in the mål's direction. -#}
{% macro opfyldt(tal, retning, maal) -%}
    case {{ retning }} when '<=' then {{ tal }} <= {{ maal }} else {{ tal }} >= {{ maal }} end
{%- endmacro %}
