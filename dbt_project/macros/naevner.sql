{#-
    The least and the greatest denominator that rounds to this count and percent, half up. Columns
    `halvt_antal` and `halvt_trin` are half of what each is rounded to.
-#}
{% macro naevner_mindst(antal, andel) -%}
    -- `greatest` passes over what is null.
    case
        when {{ antal }} is not null and {{ andel }} is not null
            then greatest(100 * ({{ antal }} - halvt_antal) / ({{ andel }} + halvt_trin), 0)
    end
{%- endmacro %}

{% macro naevner_hoejst(antal, andel) -%}
    case
        when {{ andel }} > halvt_trin
            then 100 * ({{ antal }} + halvt_antal) / ({{ andel }} - halvt_trin)
        when {{ antal }} is not null and {{ andel }} is not null then cast('infinity' as double)
    end
{%- endmacro %}

{#- How many percent one interval lies from another; 0 where they meet. -#}
{% macro afstand(lav, hoej, ventet_lav, ventet_hoej) -%}
    100 * case
        when {{ lav }} is null or {{ ventet_lav }} is null then cast(null as double)
        when {{ lav }} > {{ ventet_hoej }} then {{ lav }} / nullif({{ ventet_hoej }}, 0) - 1
        when {{ hoej }} < {{ ventet_lav }} then {{ ventet_lav }} / nullif({{ hoej }}, 0) - 1
        else 0
    end
{%- endmacro %}
