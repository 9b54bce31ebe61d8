{#-
    Status of a sum or a mean over several cells: A only if every part has a value. Else the
    surest statement about a part: S (a process measure in a suspension) before C before U before
    M before N.
-#}
{% macro samlet_status(status, ventet) -%}
    case
        when count(*) filter (where {{ status }} = 'A') = {{ ventet }} then 'A'
        when bool_or({{ status }} = 'S') then 'S'
        when bool_or({{ status }} = 'C') then 'C'
        when bool_or({{ status }} = 'U') then 'U'
        when bool_or({{ status }} = 'M') then 'M'
        else 'N'
    end
{%- endmacro %}
